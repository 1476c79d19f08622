"""Words of a text that are written like a name: for an editor who looks for products without an entry."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kb.names.ordinary import Support, is_word
from kb.names.pieces import Piece, pieces
from kb.names.spelling import has_digit

_LEAST_LETTERS = 3
_ABBREVIATION = 4  # letters: USB, WLAN and IBAN are no names of products
_KATAKANA = re.compile(r"[\u30a1-\u30fa]{3,}")
_LATIN = re.compile(r"[a-z]{3,}")
_INNER_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z])[A-ZÀ-Þ]")
_JOINING = re.compile(r"[ -]?")


class Candidate(NamedTuple):
    """A word, or neighbouring words with their number, that may be a name; `words` are folded.

    `sure`: it stands where other words have no capital. `noun`: it stands where every noun has one.
    """

    written: str
    words: tuple[str, ...]
    sure: bool
    noun: bool


def candidates(text: str, language: str | None, taken: Sequence[tuple[int, int]] = ()) -> Iterator[Candidate]:
    """Yield what looks like a name outside of the `taken` places, in the order of the text."""
    reader = _Reader(text, pieces(text), language, taken)
    at = 0
    while at < len(reader.row):
        last = reader.last(at)
        if last is not None:
            yield reader.candidate(at, last)
        at = at + 1 if last is None else last + 1


class _Reader:
    """One text, read from left to right."""

    def __init__(
        self, text: str, row: list[Piece], language: str | None, taken: Sequence[tuple[int, int]]
    ) -> None:
        self.row = row
        self._text = text
        self._taken = taken
        self._support = Support(text, row, language)
        # Where words of a script without capitals prevail, a Latin word is a foreign one.
        words = [piece.text for piece in row if piece.text.isalpha()]
        self._cased = sum(word.islower() for word in words) * 2 > len(words)

    def last(self, at: int) -> int | None:
        """Return the number of the last piece of a name that begins at this one, or None."""
        if not self._like_a_name(at) or (self._weak(at) and is_word(self.row[at].text)):
            return None
        last = at
        while last + 1 < len(self.row) and self._goes_on(last):
            last += 1
            if has_digit(self.row[last].text):
                break
        return last

    def candidate(self, first: int, last: int) -> Candidate:
        """Return the pieces from `first` to `last` as a candidate."""
        row = self.row[first : last + 1]
        noun = self._support.capital_nouns and not self._humped(first)
        sure = not noun and any(not self._support.begins_sentence(at) for at in range(first, last + 1))
        written = self._text[row[0].start : row[-1].end]
        return Candidate(written, tuple(piece.text for piece in row), sure, noun)

    def _like_a_name(self, at: int) -> bool:
        piece = self.row[at]
        if any(piece.start < end and start < piece.end for start, end in self._taken):
            return False
        if not self._cased:
            return bool(_KATAKANA.fullmatch(piece.text) or _LATIN.fullmatch(piece.text))
        written = self._text[piece.start : piece.end]
        if len(written) < _LEAST_LETTERS or (written.isupper() and len(written) <= _ABBREVIATION):
            return False
        return self._support.capital(at) and not self._support.shouted

    def _goes_on(self, at: int) -> bool:
        """Tell whether the next piece belongs to the name: one more like it, or its number."""
        between = self._text[self.row[at].end : self.row[at + 1].start]
        if not _JOINING.fullmatch(between):
            return False
        number = self.row[at + 1].text[0].isdigit()
        return number or (self._like_a_name(at + 1) and not self._support.capital_nouns)

    def _weak(self, at: int) -> bool:
        """Tell whether something else than a name explains the capital."""
        return not self._cased or self._support.capital_nouns or self._support.begins_sentence(at)

    def _humped(self, at: int) -> bool:
        return bool(_INNER_CAPITAL.search(self._text, self.row[at].start, self.row[at].end))
