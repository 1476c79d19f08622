"""A text as the detectors read it, with the way back to the places of the original.

Whoever hides an address from a search uses signs that look alike: full-width letters, Cyrillic in Latin
words, invisible signs in between. In the view they are what they look like, and digits of all scripts are
the ones that patterns know.
"""

import html
import re
import unicodedata
from array import array
from bisect import bisect_right
from functools import lru_cache

# What may differ: HTML entities, and all that is not ASCII, with the letter that it may be written onto.
_ODD = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});|[A-Za-z]?[^\x00-\x7f]+")
# Canonical ordering sorts marks by insertion, which takes a square of their number: eight at a time do.
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u3099\u309a\uff9e\uff9f"
_CLUSTER = re.compile(rf"[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|.[{_MARKS}]{{0,8}}", re.DOTALL)
# Text in most scripts is in normal form already, and is taken over as it is.
_PLAIN_RUN = re.compile(
    r"[\u00c0-\u024f\u0370-\u0373\u0386-\u03ff\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u0621-\u064a"
    r"\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3]+"
)
_LOOK_ALIKE = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеіјосрухѕԁһԛԝӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναιρυ",
        "ABESIJKMHOPCTYXaeijocpyxsdhqwlABEZHIKMNOPTYXovaipu",
        strict=True,
    )
)
_LOOKS = str.maketrans(_LOOK_ALIKE)
_WORD = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u052f]+")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z]")


class View:
    """A folded text; `span` tells where a part of it stands in the original."""

    def __init__(self, text: str, at: "array[int]", begins: "array[int]", ends: "array[int]") -> None:
        self.text = text
        self._at = at  # where each segment begins in the view
        self._begins = begins  # and in the original
        self._ends = ends  # where it ends in the original, or 0 when it goes one letter a letter

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of `text[start:end]`, which must not be empty."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, position: int) -> tuple[int, int]:
        segment = bisect_right(self._at, position) - 1
        if self._ends[segment]:
            return self._begins[segment], self._ends[segment]
        start = self._begins[segment] + position - self._at[segment]
        return start, start + 1


def fold(text: str) -> View:
    """Return the view of a text, in time linear in its length."""
    builder = _Builder()
    at = 0
    for odd in _ODD.finditer(text):
        builder.straight(text[at : odd.start()], at)
        if odd.group()[0] == "&":
            builder.change(html.unescape(odd.group()), odd.start(), odd.end())
        else:
            _add_run(builder, text, odd.start(), odd.end())
        at = odd.end()
    builder.straight(text[at:], at)
    return builder.view()


def _add_run(builder: "_Builder", text: str, start: int, end: int) -> None:
    at = start
    while at < end:
        plain = _PLAIN_RUN.match(text, at, end)
        # The last letter may bear marks.
        stop = plain.end() - 1 if plain and plain.end() < end else plain.end() if plain else at
        if stop > at:
            builder.straight(text[at:stop], at)
            at = stop
            continue
        cluster = _CLUSTER.match(text, at, end)
        stop = cluster.end() if cluster else at + 1
        builder.change(_folded(text[at:stop]), at, stop)
        at = stop


@lru_cache(maxsize=8192)
def _folded(cluster: str) -> str:
    """Return one letter with its marks in NFKC: invisible ones are nothing, digits are Arabic numerals."""
    if cluster in "\u2028\u2029\u0085":
        return "\n"
    shown = "".join(c for c in unicodedata.normalize("NFKC", cluster) if not _invisible(c))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in shown)


def _invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in "\u034f\u115f\u1160\u3164\ufe0e\ufe0f"


class _Builder:
    """The view, written from left to right."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._at, self._begins, self._ends = array("q", [0]), array("q", [0]), array("q", [0])
        self._next = 0  # where the original goes on if the last segment does

    def straight(self, part: str, start: int) -> None:
        """Add a part whose letters stand one by one in the original, from `start` on."""
        if not part:
            return
        if self._ends[-1] or start != self._next:
            self._open(start, 0)
        self._add(part)
        self._next = start + len(part)

    def change(self, part: str, start: int, end: int) -> None:
        """Add what `start` to `end` of the original is read as."""
        if len(part) == end - start == 1:
            self.straight(part, start)
        elif part:
            self._open(start, end)
            self._add(part)

    def view(self) -> View:
        """Return the view of all that was added."""
        return View(_latinised("".join(self._parts)), self._at, self._begins, self._ends)

    def _open(self, start: int, end: int) -> None:
        self._at.append(self._length)
        self._begins.append(start)
        self._ends.append(end)

    def _add(self, part: str) -> None:
        self._parts.append(part)
        self._length += len(part)


def _latinised(text: str) -> str:
    """Put Latin letters for their likes in words and addresses that mix scripts; the length stays."""
    if not _FOREIGN.search(text):
        return text
    return _ADDRESS.sub(_latin_address, _WORD.sub(_latin_word, text))


def _latin_word(found: re.Match[str]) -> str:
    """Return a word in Latin letters if some are and all others look like it, as in “раypal”."""
    word = found.group()
    if not (_FOREIGN.search(word) and _LATIN.search(word)):
        return word
    latin = word.translate(_LOOKS)
    return word if _FOREIGN.search(latin) else latin


def _latin_address(found: re.Match[str]) -> str:
    latin = found.group().translate(_LOOKS)
    return found.group() if _FOREIGN.search(latin) else latin
