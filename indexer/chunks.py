"""Documents to passages: the title, pieces of about 120 words, and every phrasing."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kb.documents import Document
from kb.text import UNSPACED

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

Kind = Literal["title", "body", "phrasing"]

# Passages of 120 words measured best of 80, 120 and 200 on real support articles; the overlap keeps a
# sentence that a cut would split whole in one of the two.
PASSAGE_WORDS = 120
OVERLAP_WORDS = 30
# A language without spaces has no words to count: this many characters stand for one.
CHARACTERS_PER_WORD = 2
UNITS = re.compile(rf"[{UNSPACED}]{{1,{CHARACTERS_PER_WORD}}}|[^\s{UNSPACED}]+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """One text that gets a vector and a place in the lexical index; `text` is what is matched."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of an article under one heading (empty before the first), as plain text."""

    heading: str
    text: str


def passages(document: Document) -> Iterator[Passage]:
    """Yield the passages of `document`: title first, then body, then phrasings."""
    if document.title:
        yield Passage("title", document.title)
    for section in sections(document.text) if document.text != document.title else ():
        for piece in split_words(section.text):
            yield Passage("body", f"{section.heading}. {piece}" if section.heading else piece)
    for phrasing in document.phrasings:
        for piece in split_words(phrasing):
            yield Passage("phrasing", piece)


def sections(markdown: str) -> list[Section]:
    """Split Markdown at its headings and return the plain text of each part, marks removed."""
    found: list[Section] = []
    heading, lines, in_heading = "", list[str](), False
    for token in _parser().parse(markdown):
        if token.type == "heading_open":
            found.append(Section(heading, _joined(lines)))
            heading, lines, in_heading = "", [], True
        elif token.type == "heading_close":
            in_heading = False
        elif token.type in ("inline", "fence", "code_block"):
            text = _inline_text(token.children) if token.children is not None else token.content
            if in_heading:
                heading = _joined([text])
            else:
                lines.append(text)
    found.append(Section(heading, _joined(lines)))
    return [section for section in found if section.text or section.heading]


def plain_text(markdown: str) -> str:
    """Return the text of Markdown without marks, headings as sentences."""
    return " ".join(f"{part.heading}. {part.text}".removeprefix(". ").strip() for part in sections(markdown))


def _inline_text(children: Sequence[object]) -> str:
    parts = []
    for child in children:
        kind = getattr(child, "type", "")
        parts.append(" " if kind in ("softbreak", "hardbreak") else str(getattr(child, "content", "")))
    return "".join(parts)


def _joined(lines: list[str]) -> str:
    return _SPACES.sub(" ", " ".join(lines)).strip()


def split_words(text: str, size: int = PASSAGE_WORDS, overlap: int = OVERLAP_WORDS) -> list[str]:
    """Cut `text` into pieces of about `size` words, neighbours sharing `overlap`; a short rest joins."""
    units = list(UNITS.finditer(text))
    if len(units) <= size:
        return [text.strip()] if text.strip() else []
    pieces = []
    start = 0
    while True:
        end = min(start + size, len(units))
        if len(units) - end < overlap:
            end = len(units)
        pieces.append(text[units[start].start() : units[end - 1].end()])
        if end == len(units):
            return pieces
        start = end - overlap


@functools.cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # .05 s of the start of a server, which need not cut documents

    return MarkdownIt("commonmark", {"html": False}).enable("table")
