"""Names with typing errors: which words of a text are one or two errors away from a known name."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from kb.names.pieces import Piece, Window
from kb.names.spelling import Spelling, digits, model

# Typing errors allowed in a name of so many folded letters (a swap of neighbours counts once). At four
# letters too many words are one error away from another word.
ONE_ERROR_FROM, TWO_ERRORS_FROM = 5, 9
# Of four letters, two neighbours may be swapped, nothing else, and not in an ordinary word. Each of 176
# invented names of four letters would be read 15 times into 6,266 texts if any error were forgiven; .44 times
# outside of ordinary words; a swap .06 times, and never outside. It may be no name of another country.
SWAP_FROM = 4
_WINDOWS = 600  # windows of one text looked at: a query has at most about 400 words

_LONGEST = 120  # letters; what is longer is compared as if it had so many, in one byte

Sets = NDArray[np.uint64]
Limits = NDArray[np.int8]
Positions = NDArray[np.intp]


class Near(NamedTuple):
    """A window that may be a misspelt name."""

    window: Window
    spelling: Spelling
    errors: int


class Misspellings:
    """Known names, ready to be compared with many words at once."""

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._spellings = [each for each in spellings if len(each.key) >= SWAP_FROM]
        keys = [each.key for each in self._spellings]
        self._letters = _letter_sets(keys)
        self._lengths = np.array([min(len(key), _LONGEST) for key in keys], dtype=np.int8)
        self._parts = np.array([min(each.parts, _LONGEST) for each in self._spellings], dtype=np.int8)
        self._allowed = np.array([allowed(key) for key in keys], dtype=np.int8)
        self._most_changed = lru_cache(maxsize=256)(self._find_most_changed)

    def near(self, windows: Sequence[Window], row: Sequence[Piece]) -> Iterator[Near]:
        """Return windows so near to a name that it may be meant, whatever else speaks for it or against it.

        With 2,000 names and a question of 70 characters about 400 pairs are left to compare, of 60,000.
        """
        windows = [window for window in windows if len(window.text) >= SWAP_FROM][:_WINDOWS]
        if not windows or not self._spellings:
            return
        rows, columns = self._pairs(windows)
        if not len(rows):
            return
        distances = cpdist(
            [windows[number].text for number in rows],
            [self._spellings[number].key for number in columns],
            scorer=OSA.distance,
            score_cutoff=2,
            dtype=np.uint8,
        )
        for at in np.flatnonzero((distances > 0) & (distances <= self._allowed[columns])):
            near = Near(windows[rows[at]], self._spellings[columns[at]], int(distances[at]))
            if _forgivable(near) and _same_number(near, row):
                yield near

    def _pairs(self, windows: Sequence[Window]) -> tuple[Positions, Positions]:
        """Return the pairs of windows and names that may be near, by cheap bounds.

        One error changes the length by one at most, and the set of letters by two.
        """
        sets = _letter_sets([window.text for window in windows])
        shapes = [(min(len(window.text), _LONGEST), 1 + window.last - window.first) for window in windows]
        changed = np.bitwise_count(sets[:, None] ^ self._letters).view(np.int8)
        close = np.flatnonzero(changed <= np.stack([self._most_changed(*shape) for shape in shapes]))
        rows, columns = np.divmod(close, len(self._letters))
        return rows, columns

    def _find_most_changed(self, length: int, words: int) -> Limits:
        """Return by how many letters the set of a window may differ from each name's; -1: never near."""
        near = (np.abs(self._lengths - length) <= self._allowed) & (self._parts >= words)
        return np.where(near, 2 * self._allowed, -1).astype(np.int8)


def allowed(key: str) -> int:
    """Return how many typing errors are forgiven in a name; what has few letters has its number."""
    if only_swapped(key):
        return int(_letters(key) == SWAP_FROM)
    return 1 if len(key) < TWO_ERRORS_FROM else 2


def only_swapped(key: str) -> bool:
    """Tell whether a name is so short that nothing but a swap of neighbours is forgiven."""
    return _letters(key) < ONE_ERROR_FROM


def _letters(key: str) -> int:
    return len(key) - len(digits(key))


def _forgivable(near: Near) -> bool:
    return not only_swapped(near.spelling.key) or sorted(near.window.text) == sorted(near.spelling.key)


def _same_number(near: Near, row: Sequence[Piece]) -> bool:
    """Tell whether the number is that of the name, each digit in its place, with its letters.

    The one exception: no number begins with a zero, so the 030 of “Marlune 030” is a 300.
    """
    window, known = near.window, near.spelling.model
    written = model(row[window.first : window.last + 1])
    if written == known or (known.endswith(written) and known in window.text):
        return bool(written) == bool(known)
    return written[:1] == "0" and sorted(written) == sorted(known)


def _letter_sets(words: Sequence[str]) -> Sets:
    """Return the set of letters of each word as 64 bits."""
    sets = np.zeros(len(words), dtype=np.uint64)
    for number, word in enumerate(words):
        bits = 0
        for letter in word:
            bits |= 1 << (ord(letter) & 63)
        sets[number] = bits
    return sets
