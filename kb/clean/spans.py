"""Places in a text that must go, and the text without them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["pii", "remark"]

# Below this a finding is a guess: it is replaced like the others, and a person looks before publication.
SURE = 0.7

_SPACE = " \t\u00a0\u3000"
_LOOSE = ",;:.!?)，、。；：！？）؛،"  # punctuation that would stand alone where a whole sentence was dropped
_OPEN, _CLOSED = "([（「“«„", ")]）」”»“"


@dataclass(frozen=True, slots=True)
class Span:
    """One place, with offsets in the original text, and what is written there instead."""

    start: int
    end: int
    kind: Kind
    label: str
    replacement: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without what was found in it; `publishable` only when nothing about it is unsure."""

    text: str
    spans: tuple[Span, ...]
    publishable: bool


def resolve(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans in order and without overlaps; what any of them covers stays covered.

    A remark is dropped whole, and the personal data inside it with it.
    """
    ordered = sorted(spans, key=lambda each: (each.start, -each.end, -each.confidence))
    remarks = _merged(each for each in ordered if each.kind == "remark")
    data = _merged(each for each in ordered if each.kind == "pii")
    return tuple(sorted([*remarks, *_outside(data, remarks)], key=lambda each: each.start))


def _merged(ordered: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in ordered:
        if span.start >= span.end:
            continue
        if merged and span.start < merged[-1].end:
            merged[-1] = _joined(merged[-1], span)
        else:
            merged.append(span)
    return merged


def _joined(first: Span, second: Span) -> Span:
    """Join two overlapping spans of one kind: the longer one says what it is."""
    if second.end <= first.end:
        return first
    longer = first if first.end - first.start >= second.end - second.start else second
    doubt = min(first.confidence, second.confidence)
    return replace(longer, start=first.start, end=second.end, confidence=doubt)


def _outside(spans: list[Span], remarks: list[Span]) -> Iterator[Span]:
    """Yield what of the spans lies outside of all remarks; both are in order."""
    first = 0
    for span in spans:
        while first < len(remarks) and remarks[first].end <= span.start:
            first += 1
        start, at = span.start, first
        while at < len(remarks) and remarks[at].start < span.end:
            if start < remarks[at].start:
                yield replace(span, start=start, end=remarks[at].start)
            start = remarks[at].end
            at += 1
        if start < span.end:
            yield replace(span, start=start)


def apply(text: str, spans: Sequence[Span]) -> str:
    """Return `text` with resolved spans replaced, and with no gaps where something was dropped."""
    written: list[str] = []
    at = 0
    for span in spans:
        _write(written, text[at : span.start])
        at = span.end
        if span.replacement:
            _write(written, span.replacement)
        else:
            at = _close_gap(written, text, at)
    _write(written, text[at:])
    return "".join(written)


def _write(written: list[str], part: str) -> None:
    if part:
        written.append(part)


def _close_gap(written: list[str], text: str, at: int) -> int:
    """Return where the text goes on behind a dropped place, as if nothing had stood there."""
    before = _last_character(written, _SPACE)
    if before and before in _OPEN and text[at : at + 1] == _CLOSED[_OPEN.index(before)]:
        _strip(written, _SPACE)
        written[-1] = written[-1][:-1]
        _strip(written, _SPACE)
        return _close_gap(written, text, at + 1)
    if before in "\n.!?。！？…:：":
        at = _behind(text, at, _LOOSE)
    if before in "\n":
        _strip(written, _SPACE)
        at = _behind(text, at, _SPACE)
        return at + 1 if text[at : at + 1] == "\n" else at
    if text[at : at + 1] in _LOOSE + "\n":
        _strip(written, _SPACE)
    elif _last_character(written, "") in _SPACE:
        at = _behind(text, at, _SPACE)
    return at


def _last_character(written: list[str], skipped: str) -> str:
    """Return the last character that is none of the skipped ones; nothing where there is none."""
    for part in reversed(written):
        for character in reversed(part):
            if character not in skipped:
                return character
    return ""


def _strip(written: list[str], signs: str) -> None:
    """Take trailing signs off what is written."""
    while written and not (stripped := written[-1].rstrip(signs)):
        written.pop()
    if written:
        written[-1] = stripped


_RUN_OF = {signs: re.compile(f"[{re.escape(signs)}]*") for signs in (_LOOSE, _SPACE)}


def _behind(text: str, at: int, signs: str) -> int:
    found = _RUN_OF[signs].match(text, at)
    return found.end() if found else at
