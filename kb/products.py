"""Product names: which product a text speaks of, under the name of any country."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from babel.languages import get_official_languages
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from kb.text import RUNS, UNSPACED, fold

# Typing errors allowed in a name of so many folded letters (a swap of neighbours counts once). Short names
# must be exact: at four letters every second word is one error away from another word.
ONE_ERROR_FROM, TWO_ERRORS_FROM = 5, 9
# An ending may follow a name of at least this length ("Brumelas", "Brumelanın", "Brumelafilter").
STEM_FROM = 5
STEM_HANGUL_FROM = 2  # syllables; Korean particles follow without a space
# A name may go without its number (“Marlune” for “Marlune 300”) if so many letters are left, and if no other
# number follows: the Marlune 400 is none of ours.
SHORT_FROM = 5
ERROR_COST = 3  # letters of length that one typing error outweighs when two names claim the same place
_FUZZY_WINDOWS = 600  # windows of one text looked at for typing errors: a query has at most about 400 words
_UNSPACED_ONLY = re.compile(rf"[{UNSPACED}]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_ARABIC_HEBREW = re.compile(r"[\u0590-\u06ff]")
_CLITICS = ("وال", "بال", "فال", "كال", "ال", "لل", "و", "ب", "ل", "ה", "ב", "ל", "מ", "ו", "ש")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class ProductName:
    """One name of a product; it holds for a country, a language, or everywhere."""

    name: str
    country: str | None = None
    language: str | None = None
    kind: str = "brand"


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its canonical name and all its other names."""

    code: str
    name: str
    names: tuple[ProductName, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductMatch:
    """A product that was recognised in a text, and the name that gave it away.

    `matched` is the text as written (`start` to `end`, in characters), `via` the known name it stands
    for, in use in `country` where it belongs to one.
    """

    code: str
    name: str
    matched: str
    via: str
    start: int
    end: int
    country: str | None = None


class _Entry(NamedTuple):
    product: Product
    name: ProductName


class _Piece(NamedTuple):
    """A folded word, or a run of an unspaced script, with its place in the text as written."""

    text: str
    start: int
    end: int


class _Claim(NamedTuple):
    """A known name (in its compact form) that claims the characters from start to end."""

    key: str
    start: int
    end: int
    errors: int

    @property
    def worth(self) -> int:
        return len(self.key) - ERROR_COST * self.errors


class NameBook:
    """All names of all products, ready to be recognised in text."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._entries: dict[str, list[_Entry]] = {}
        self._short: set[str] = set()
        self._most_words = 1
        for product in products:
            for name in (ProductName(product.name, kind="canonical"), *product.names):
                self._add(product, name)
        self._short -= {key for key in self._short if any(_whole_name(e, key) for e in self._entries[key])}
        self._unspaced = [key for key in self._entries if _UNSPACED_ONLY.search(key)]
        self._fuzzy = [key for key in self._entries if len(key) >= ONE_ERROR_FROM]
        self._longest = max(map(len, self._entries), default=0)

    def _add(self, product: Product, name: ProductName) -> None:
        """File a name, and what people leave of it: “Marlune” of “Marlune 300”."""
        words = [piece.text for piece in _pieces(name.name)]
        number = next((i for i, word in enumerate(words) if _DIGITS.search(word)), len(words))
        short = "".join(words[:number])
        if words:
            self._entries.setdefault("".join(words), []).append(_Entry(product, name))
            self._most_words = max(self._most_words, len(words))
        if number < len(words) and len(short) >= SHORT_FROM:
            self._entries.setdefault(short, []).append(_Entry(product, name))
            self._short.add(short)

    def find(
        self, text: str, country: str | None = None, language: str | None = None, among: Iterable[str] = ()
    ) -> tuple[ProductMatch, ...]:
        """Return the products named in `text`, in the order of their places.

        A name that several products share is resolved by `among` (codes known to be meant), then by
        `country`, then by `language`; where that leaves several, each of them is returned.
        """
        codes = frozenset(among)
        found: list[ProductMatch] = []
        for claim in self._claims(text):
            for entry in _resolve(self._entries[claim.key], country, language, codes):
                written = text[claim.start : claim.end]
                product, name = entry
                found.append(
                    ProductMatch(
                        product.code, product.name, written, name.name, claim.start, claim.end, name.country
                    )
                )
        return tuple(found)

    def canonical(self, text: str, matches: Iterable[ProductMatch]) -> str:
        """Return `text` with each found name replaced by the canonical one (by all, where it stays open)."""
        names: dict[tuple[int, int], list[str]] = {}
        for match in matches:
            names.setdefault((match.start, match.end), []).append(match.name)
        parts, at = [], 0
        for (start, end), canonical in sorted(names.items()):
            before = " " if start and text[start - 1].isalnum() else ""
            after = " " if end < len(text) and text[end].isalnum() else ""
            parts += [text[at:start], before, " / ".join(canonical), after]
            at = end
        return "".join([*parts, text[at:]])

    def _claims(self, text: str) -> list[_Claim]:
        """Return claims that do not overlap, the worthiest first served, in the order of their places."""
        if not self._entries:
            return []
        pieces = list(_pieces(text))
        windows = list(_windows(pieces, self._most_words + 1, self._longest + 2))
        claims = [
            *self._whole(windows),
            *self._inflected(pieces),
            *self._inside(pieces),
            *self._mistyped(windows),
        ]
        numbered = {after.start for before, after in pairwise(pieces) if _DIGITS.search(after.text)}
        if self._short:
            ends = {before.end: after.start for before, after in pairwise(pieces)}
            claims = [c for c in claims if c.key not in self._short or ends.get(c.end) not in numbered]
        taken: list[_Claim] = []
        for claim in sorted(claims, key=lambda c: (-c.worth, c.errors, c.start)):
            if all(claim.end <= other.start or claim.start >= other.end for other in taken):
                taken.append(claim)
        return sorted(taken, key=lambda c: c.start)

    def _whole(self, windows: list[_Piece]) -> Iterator[_Claim]:
        for window in windows:
            if window.text in self._entries:
                yield _Claim(window.text, window.start, window.end, 0)

    def _inflected(self, pieces: list[_Piece]) -> Iterator[_Claim]:
        """A word that begins with a name (endings, compounds, particles) or has an article before it."""
        for piece in pieces:
            least = STEM_HANGUL_FROM if _HANGUL.search(piece.text) else STEM_FROM
            for length in range(len(piece.text) - 1, least - 1, -1):
                stem, rest = piece.text[:length], piece.text[length:]
                if stem in self._entries and not (_DIGITS.match(rest) and _DIGITS.match(stem[-1])):
                    yield _Claim(stem, piece.start, _end_of(piece, length), 0)
                    break
            if _ARABIC_HEBREW.match(piece.text):
                for clitic in _CLITICS:
                    bare = piece.text.removeprefix(clitic)
                    if bare != piece.text and bare in self._entries:
                        yield _Claim(bare, piece.start + len(piece.text) - len(bare), piece.end, 0)
                        break

    def _inside(self, pieces: list[_Piece]) -> Iterator[_Claim]:
        """Names in scripts without spaces, anywhere in neighbouring runs, digits kept whole."""
        for run in _joined_runs(pieces) if self._unspaced else ():
            for key in self._unspaced:
                at = run.text.find(key)
                while at >= 0:
                    end = at + len(key)
                    if _digits_whole(run.text, at, end):
                        yield _Claim(key, run.start + at, run.start + end, 0)
                    at = run.text.find(key, end)

    def _mistyped(self, windows: list[_Piece]) -> Iterator[_Claim]:
        """Windows one or two typing errors away from a name; the digits must be those of the name."""
        near = [w for w in windows if len(w.text) >= ONE_ERROR_FROM - 1 and w.text not in self._entries]
        near = near[:_FUZZY_WINDOWS]
        if not near or not self._fuzzy:
            return
        distances = cdist(
            [w.text for w in near], self._fuzzy, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
        )
        for row, column in zip(*np.nonzero(distances <= 2), strict=True):
            window, key, errors = near[row], self._fuzzy[column], int(distances[row, column])
            if errors <= _allowed(key) and sorted(_DIGITS.findall(window.text)) == sorted(
                _DIGITS.findall(key)
            ):
                yield _Claim(key, window.start, window.end, errors)


def _whole_name(entry: _Entry, key: str) -> bool:
    return "".join(piece.text for piece in _pieces(entry.name.name)) == key


def _allowed(key: str) -> int:
    letters = len(key) - len(_DIGITS.findall(key))
    return 0 if letters < ONE_ERROR_FROM else 1 if len(key) < TWO_ERRORS_FROM else 2


def _pieces(text: str) -> Iterator[_Piece]:
    for run in RUNS.finditer(text):
        yield _Piece(fold(run.group()), run.start(), run.end())


def _end_of(piece: _Piece, length: int) -> int:
    """Return where the first `length` folded characters end in the text as written."""
    whole = piece.end - piece.start == len(piece.text)
    return piece.start + length if whole else piece.end


def _windows(pieces: list[_Piece], most: int, longest: int) -> Iterator[_Piece]:
    """Join up to `most` neighbouring pieces without space, so that a misplaced space does not matter."""
    for first in range(len(pieces)):
        text = ""
        for last in range(first, min(first + most, len(pieces))):
            text += pieces[last].text
            if len(text) > longest:
                break
            yield _Piece(text, pieces[first].start, pieces[last].end)


def _joined_runs(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Join pieces that touch (kana next to digits), where folding kept each character in its place."""
    joined: _Piece | None = None
    for piece in pieces:
        if len(piece.text) != piece.end - piece.start:
            continue
        if joined and joined.end == piece.start:
            joined = _Piece(joined.text + piece.text, joined.start, piece.end)
            continue
        if joined:
            yield joined
        joined = piece
    if joined:
        yield joined


def _digits_whole(text: str, start: int, end: int) -> bool:
    """Tell whether no number is cut: 300 is not found in 3000."""
    cut_before = start > 0 and text[start - 1].isdigit() and text[start].isdigit()
    cut_after = end < len(text) and text[end].isdigit() and text[end - 1].isdigit()
    return not (cut_before or cut_after)


def _resolve(
    entries: list[_Entry], country: str | None, language: str | None, codes: frozenset[str]
) -> list[_Entry]:
    """Narrow the products that share a name; one entry a product, the narrowest first."""
    steps = (
        [entry for entry in entries if entry.product.code in codes],
        [entry for entry in entries if country and entry.name.country == country],
        [entry for entry in entries if language and _speaks(entry.name, language)],
        [entry for entry in entries if entry.name.country is None and entry.name.language is None],
        entries,
    )
    chosen = next(step for step in steps if step)
    return list({entry.product.code: entry for entry in reversed(chosen)}.values())[::-1]


def _speaks(name: ProductName, language: str) -> bool:
    tongue = language.split("-")[0].lower()
    if name.language:
        return name.language.split("-")[0].lower() == tongue
    return bool(name.country) and tongue in get_official_languages(str(name.country), de_facto=True)
