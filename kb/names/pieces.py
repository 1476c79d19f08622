"""A text as name recognition reads it: folded words with their places, and neighbours joined."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kb.text import RUNS, fold

# Katakana stands apart from the kana and Han around it: it is what most foreign names are written in.
_SCRIPT_RUNS = re.compile(r"[\u30a0-\u30ff\u31f0-\u31ff]+|[^\u30a0-\u30ff\u31f0-\u31ff]+")
_KATAKANA = re.compile(r"[\u30a1-\u30fa]")
LONG_VOWEL = "ー"  # written or not, as people please: マルネ is マルーネ

# “Vento II” is “Vento 2”. One letter alone is left as it is: the X of “Model X” is no ten.
_ROMAN = [
    "II",
    "III",
    "IV",
    "VI",
    "VII",
    "VIII",
    "IX",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
    "XVIII",
    "XIX",
    "XX",
]
_NUMBERS = dict(zip(_ROMAN, [2, 3, 4, 6, 7, 8, 9, *range(11, 21)], strict=True))
# In lower case these are words of French, Danish, Vietnamese, Chinese in Latin letters and others.
_ALSO_WORDS = frozenset({"vi", "ix", "xi", "xv", "xx"})
_ROMAN_ENDING = re.compile(rf"(?<=[a-zà-ÿ])(?:{'|'.join(_ROMAN)})$")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[^\W\d])(?=\d)")


class Piece(NamedTuple):
    """A folded word or run of one script, with its place in the text as written."""

    text: str
    start: int
    end: int


class Window(NamedTuple):
    """Neighbouring pieces, from `first` to `last`, joined without space."""

    text: str
    start: int
    end: int
    first: int
    last: int


def pieces(text: str) -> list[Piece]:
    """Return the words of a text, folded, in the order of their places."""
    return [
        Piece(fold_word(part.group()), run.start() + part.start(), run.start() + part.end())
        for run in RUNS.finditer(text)
        for part in _SCRIPT_RUNS.finditer(run.group())
    ]


def fold_word(written: str) -> str:
    """Fold one word; Roman numerals become Arabic ones, the long vowel mark of katakana goes."""
    if not written.isascii():
        written = unicodedata.normalize("NFKC", written)
    number = _NUMBERS.get(written.upper()) if len(written) > 1 else None
    if number and (written.isupper() or written not in _ALSO_WORDS):
        return str(number)
    ending = _ROMAN_ENDING.search(written)
    if ending:
        return f"{fold(written[: ending.start()])}{_NUMBERS[ending.group()]}"
    folded = fold(written)
    return folded.replace(LONG_VOWEL, "") if _KATAKANA.search(folded) else folded


def parts(name: str) -> int:
    """Count the words of a name, with the humps of camel case: three in “LavaBien 300”."""
    return sum(len(_CAMEL.split(run.group())) for run in RUNS.finditer(name))


def places(piece: Piece, text: str) -> Sequence[int]:
    """Return where in `text` each folded letter of a piece begins, and where the last one ends."""
    if piece.end - piece.start == len(piece.text):
        return range(piece.start, piece.end + 1)
    written = text[piece.start : piece.end]
    lengths = [len(fold_word(written[:end])) for end in range(len(written))]
    inner = [piece.start + max(bisect_right(lengths, at) - 1, 0) for at in range(len(piece.text))]
    return [*inner, piece.end]


def windows(row: Sequence[Piece], most: int, longest: int) -> Iterator[Window]:
    """Join up to `most` neighbours of at most `longest` letters: a misplaced space does not matter."""
    for first in range(len(row)):
        yield from windows_from(row, first, row[first], most, longest)


def windows_from(row: Sequence[Piece], first: int, piece: Piece, most: int, longest: int) -> Iterator[Window]:
    """Join `piece`, in the place of the first one, with those that follow it."""
    text = ""
    for last in range(first, min(first + most, len(row))):
        text += piece.text if last == first else row[last].text
        if len(text) > longest:
            return
        yield Window(text, piece.start, piece.end if last == first else row[last].end, first, last)


def windows_to(row: Sequence[Piece], last: int, piece: Piece, most: int, longest: int) -> Iterator[Window]:
    """Join `piece`, in the place of the last one, with those that precede it."""
    text = piece.text
    for first in range(last, max(last - most, -1), -1):
        text = text if first == last else row[first].text + text
        if len(text) > longest:
            return
        yield Window(text, piece.start if first == last else row[first].start, piece.end, first, last)


def touching(row: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Return (first, last) of the longest rows of pieces with nothing between them."""
    first = 0
    for last, piece in enumerate(row):
        if last + 1 == len(row) or row[last + 1].start != piece.end:
            yield first, last
            first = last + 1
