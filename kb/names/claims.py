"""Which known names claim which places of a text: whole, inflected, inside other words, or misspelt."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kb.names import endings, ordinary
from kb.names.misspelt import Misspellings, only_swapped
from kb.names.ordinary import Reach, Support
from kb.names.pieces import Piece, Window, pieces, places, touching, windows, windows_from, windows_to
from kb.names.spelling import Spelled, Spelling, has_digit, number_letters
from kb.text import UNSPACED

ERROR_COST = 3  # letters of length that one typing error outweighs when two names claim the same place
# “A 12” of two words is found in “a 12 year old”: so short, a name with a number is written as one word.
_LEAST_APART = 5
# An ordinary word takes no longer ending: Smarts, but no smartphone.
_MOST_AFTER_WORD = 3
# A shorter name of another country than the caller's is not misspelt in small letters: “chase” is no Chaso.
# With 2,000 invented names, 60 of 3,820 real questions about other things are given one without this, 9 with.
_LEAST_FAR = 7
_SHORT_KATAKANA = 3  # エア is not in エアコン
_SHORT_HIRAGANA = 2  # さく is not in さくら
_UNSPACED_LETTER = re.compile(rf"[{UNSPACED}]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa]+")
_HIRAGANA = re.compile(r"[\u3041-\u3096]+")
_ON_HIRAGANA = "はがをにのでとも"
_LATIN = re.compile(r"[a-z0-9]")
_NOTHING_BETWEEN = re.compile(r"[\s-]*")


class Claim(NamedTuple):
    """A known name, by its key, that claims the characters from start to end."""

    key: str
    start: int
    end: int
    errors: int = 0


class Caller(NamedTuple):
    """What is known beside the text: its language, how far each name reaches, and what a name stands beside.

    `beside` returns, of a key, the words of the other names of its products: “heater”, “espresso”.
    """

    language: str | None
    reach: Callable[[str], Reach]
    beside: Callable[[str], frozenset[str]]


class Claims:
    """All known names, ready to be found in text."""

    def __init__(self, names: Iterable[Spelled]) -> None:
        self._spellings: dict[str, Spelling] = {}
        self._families: dict[str, set[str]] = defaultdict(set)  # letters before the numbers
        whole = set()
        for name in names:
            whole.add(name.whole.key)
            self._file(name.whole)
            if name.short:
                self._families[name.short.key].add(number_letters(name.whole.model) or "")
                self._file(name.short)
        self._spellings.pop("", None)
        self._short = self._families.keys() - whole
        self._stems = _changed_stems(self._spellings)
        self._unspaced = [key for key in self._spellings if _UNSPACED_LETTER.search(key)]
        self._misspellings = Misspellings(list(self._spellings.values()))
        self._most = 1 + max((each.parts for each in self._spellings.values()), default=0)
        self._longest = 2 + max(map(len, self._spellings), default=0)

    def find(self, text: str, caller: Caller) -> list[Claim]:
        """Return claims that do not overlap, in the order of their places.

        The longest name that is spelled best comes first, then one that is used at home; names that claim
        one place with equal right all keep it.
        """
        row = pieces(text) if self._spellings else []
        if not row:
            return []
        search = _Search(text, row, caller, Support(text, row, caller.language))
        claims = [claim for claim in self._all(search) if not self._other_number(claim, search)]
        return sorted(_without_overlap(claims, caller.reach), key=lambda claim: claim.start)

    def _file(self, spelled: Spelling) -> None:
        known = self._spellings.get(spelled.key, spelled)
        self._spellings[spelled.key] = Spelling(
            known.key, known.model, max(known.words, spelled.words), max(known.parts, spelled.parts)
        )

    def _all(self, search: "_Search") -> Iterator[Claim]:
        plain = list(windows(search.row, self._most, self._longest))
        yield from self._whole(search, plain)
        yield from self._bare(search)
        for number, piece in enumerate(search.row):
            yield from self._inflected(search, number, piece)
        yield from self._inside(search)
        yield from self._misspelt(search, plain)

    def _whole(self, search: "_Search", row: Iterable[Window]) -> Iterator[Claim]:
        for window in row:
            spelled = self._spellings.get(window.text)
            if spelled and search.supports_whole(window, spelled):
                yield Claim(spelled.key, window.start, window.end)

    def _bare(self, search: "_Search") -> Iterator[Claim]:
        """Names after what is written onto their first word, or before what is written onto their number."""
        for at, piece in enumerate(search.row):
            for stem in endings.bare(piece, search.text):
                yield from self._whole(search, windows_from(search.row, at, stem, self._most, self._longest))
            number = endings.bare_number(piece, search.caller.language)
            if number:
                yield from self._whole(search, windows_to(search.row, at, number, self._most, self._longest))

    def _inflected(self, search: "_Search", at: int, piece: Piece) -> Iterator[Claim]:
        """A word that begins with a name (endings, compounds, particles), or ends with it (compounds)."""
        language = search.caller.language
        for length in range(len(piece.text) - 1, endings.least_stem(piece.text) - 2, -1):
            stem, rest = piece.text[:length], piece.text[length:]
            for key in self._behind(stem, rest, language):
                if search.supports_part(at, key, rest):
                    yield Claim(key, piece.start, places(piece, search.text)[length])
                    return
        for tail in endings.compound_tails(piece.text) if endings.compounds(language) else ():
            if tail in self._spellings and search.supports_part(at, tail, piece.text):
                start = places(piece, search.text)[len(piece.text) - len(tail)]
                yield Claim(tail, start, piece.end)
                return

    def _behind(self, stem: str, rest: str, language: str | None) -> Iterator[str]:
        """Return the names that a stem and what follows it may stand for."""
        long_enough = len(stem) >= endings.least_stem(stem)
        if long_enough and stem in self._spellings and endings.may_follow(stem, rest, language):
            yield stem
        for name in self._stems.get(stem, ()):
            if endings.stem_changed(name, rest, language):
                yield name

    def _inside(self, search: "_Search") -> Iterator[Claim]:
        """Names in scripts without spaces, anywhere in what touches."""
        if not self._unspaced or not any(_UNSPACED_LETTER.search(piece.text) for piece in search.row):
            return
        for first, last in touching(search.row):
            run = search.row[first : last + 1]
            text = "".join(piece.text for piece in run)
            starts = [place for piece in run for place in places(piece, search.text)[:-1]] + [run[-1].end]
            for key in self._unspaced:
                at = text.find(key)
                while at >= 0:
                    if _apart(text, at, at + len(key)):
                        yield Claim(key, starts[at], starts[at + len(key)])
                    at = text.find(key, at + 1)

    def _misspelt(self, search: "_Search", row: Iterable[Window]) -> Iterator[Claim]:
        others = [window for window in row if window.text not in self._spellings]
        for near in self._misspellings.near(others, search.row):
            if search.supports_misspelt(near.window, near.spelling):
                yield Claim(near.spelling.key, near.window.start, near.window.end, near.errors)

    def _other_number(self, claim: Claim, search: "_Search") -> bool:
        """Tell whether another number follows a name without its own: the Marlune 400 is none of ours."""
        family = self._families.get(claim.key)
        after = search.following(claim.end) if family else None
        letters = number_letters(after.text) if after else None
        if not family or letters is None:
            return False
        if (
            claim.key in self._short
        ):  # E18 after a Marlune, which has plain numbers, is no number of a Marlune
            return letters == "" or family != {""}
        return letters in family


class _Search:
    """One text with what it says for a name and against it."""

    def __init__(self, text: str, row: Sequence[Piece], caller: Caller, support: Support) -> None:
        self.text = text
        self.row = row
        self.caller = caller
        self._support = support
        self._starts = [piece.start for piece in row]

    def following(self, end: int) -> Piece | None:
        """Return the piece after the one that a place is in, if no sign stands between."""
        at = bisect_left(self._starts, end)
        before = self.row[at - 1]
        if at == len(self.row) or not _NOTHING_BETWEEN.fullmatch(self.text, before.end, self.row[at].start):
            return None
        return self.row[at]

    def supports_whole(self, window: Window, spelled: Spelling) -> bool:
        """Tell whether a name that is spelled right is meant, and not the words that it is made of."""
        words = self.row[window.first : window.last + 1]
        if len(words) == 1:
            doubtful = spelled.key.isdigit() or ordinary.is_word(spelled.key)
            return not doubtful or self._meant(window.first, spelled.key)
        if has_digit(spelled.key):
            doubtful = len(spelled.key) < _LEAST_APART
        else:
            doubtful = len(words) > spelled.words and all(ordinary.is_word(piece.text) for piece in words)
        return not doubtful or self._support.for_neighbours(window.first, window.last)

    def supports_part(self, at: int, key: str, rest: str) -> bool:
        """Tell whether a name is meant that stands in a longer word."""
        if ordinary.is_word(key):
            return len(rest) <= _MOST_AFTER_WORD and self._meant(at, key)
        return not ordinary.is_word(self.row[at].text) or self._meant(at, key)

    def supports_misspelt(self, window: Window, spelled: Spelling) -> bool:
        """Tell whether a misspelt name is meant, and not words that are spelled right."""
        words = self.row[window.first : window.last + 1]
        if only_swapped(spelled.key) and self.caller.reach(spelled.key) is Reach.ELSEWHERE:
            return False
        if ordinary.is_word(spelled.key):
            return self._meant(window.first, spelled.key)
        far = self.caller.reach(spelled.key) is Reach.ELSEWHERE and len(spelled.key) < _LEAST_FAR
        if far and len(words) == 1:
            return self._support.for_spelling(window.first)
        if not all(ordinary.is_word(piece.text) for piece in words):
            return True
        if len(words) > 1:
            return self._support.capitals(window.first, window.last)
        return self._support.for_spelling(window.first)

    def _meant(self, at: int, key: str) -> bool:
        caller = self.caller
        return self._support.for_word(at, caller.reach(key), caller.beside(key))


def _changed_stems(keys: Iterable[str]) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for stem in endings.changed_stems(key):
            stems[stem].append(key)
    return dict(stems)


def _without_overlap(claims: Iterable[Claim], reach: Callable[[str], Reach]) -> list[Claim]:
    taken: dict[Claim, tuple[int, int, int]] = {}
    for claim in dict.fromkeys(claims):
        taken[claim] = (ERROR_COST * claim.errors - len(claim.key), claim.errors, -reach(claim.key))
    kept: list[Claim] = []
    for claim in sorted(taken, key=lambda each: (taken[each], each.start, each.key)):
        over = [other for other in kept if claim.start < other.end and other.start < claim.end]
        if all(taken[claim] == taken[o] and (claim.start, claim.end) == (o.start, o.end) for o in over):
            kept.append(claim)
    return kept


def _apart(text: str, start: int, end: int) -> bool:
    """Tell whether a name inside text without spaces is part of no other word, nor its number."""
    name, before, after = text[start:end], text[start - 1 : start] if start else "", text[end : end + 1]
    if (_LATIN.match(before) and _LATIN.match(name)) or (_LATIN.match(after) and _LATIN.match(name[-1])):
        return False
    if _KATAKANA.fullmatch(name):
        return len(name) > _SHORT_KATAKANA or not (_KATAKANA.match(before) or _KATAKANA.match(after))
    if _HIRAGANA.fullmatch(name) and len(name) <= _SHORT_HIRAGANA:
        return not _HIRAGANA.match(before) and (not _HIRAGANA.match(after) or after in _ON_HIRAGANA)
    return len(name) > 1 or not (_UNSPACED_LETTER.match(before) or _UNSPACED_LETTER.match(after))
