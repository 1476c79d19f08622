"""What languages do to a name: endings, particles, articles before it, compounds, changed stems.

The tables hold what is written onto foreign names; they are folded (no case, no accents), as the words are.
"""

import re
from collections.abc import Iterator

from kb.names.pieces import Piece, places
from kb.text import fold

# An ending may follow a name of so many letters: “Brumelas”, “Brumelanın”, “Brumelafilter”.
STEM_FROM = 5
STEM_HANGUL_FROM = 2  # syllables; Korean particles follow without a space
_FREE_HANGUL_FROM = 4  # a shorter name is followed by particles only: 다나 is not in 다나와
# A name at the end of a compound (“Zweitbrumela”) must be longer: many words end like a short one.
COMPOUND_FROM = 6
_LEAST_BEFORE = 3  # letters before it

# These languages add little to a name; the others build compounds or pile up endings, of any length.
_LITTLE = frozenset({"ca", "en", "es", "fr", "gl", "it", "pt", "ro"})
_MOST_LITTLE = 3
_COMPOUNDING = frozenset({"da", "de", "fi", "hu", "is", "lb", "nb", "nl", "nn", "no", "sv"})

_HANGUL = re.compile(r"[\uac00-\ud7af]")
_PARTICLE = (
    "으로부터|에서부터|이라고|에게서|한테서|이라는|이랑|에서|에게|한테|으로|까지|부터|처럼|보다|마다|조차|밖에|라고|라는|하고|"
    "은|는|이|가|을|를|의|에|와|과|도|만|로|랑|나|아|야|용"
)
_PARTICLES = re.compile(rf"(?:{_PARTICLE})(?:은|는|도|만|의|요)?")

_ARABIC_HEBREW = re.compile(r"[\u0590-\u06ff]")
_BEFORE = re.compile(r"[وف]?(?:[بك]?ال|لل|[بلك])|[وف]|[ושהבכלמ]{1,3}")
_AFTER = re.compile(r"(?:ي|نا|ه|ها|هم|ك|كم|ات)$")
_LEAST_BARE = 3  # letters that must be left without what was written onto them

# Slavic cases replace a last vowel: “Brumelą”, “Звездой”.
_SLAVIC = frozenset({"be", "bg", "bs", "cs", "hr", "mk", "pl", "ru", "sk", "sl", "sr", "uk"})
_VOWELS = "aeoаеоя"
_CASES = frozenset(
    fold(
        "а я у ю ы и і е ой ою ей ею ам ям ами ями ах ях ом ем ов ев"
        " a e i o u y ou em om im am ami ach ech ich ie mi ego emu"
    ).split()
)
# Turkish softens a last consonant before a vowel: Dalgacık, Dalgacığı.
_TURKIC = frozenset({"az", "tr"})
_SOFT = {"k": "g", "p": "b", "t": "d", "c": "c"}
_TURKISH_VOWELS = "aeiou"
# What may be written onto a number, two letters or more: one makes another number (200i) or a unit (300W).
_ON_NUMBERS = {
    "de": re.compile(r"(\d{2,})(?:ers?|ern)"),
    "tr": re.compile(r"(\d{2,})(?:[yns][iu]n?|[iu][nm]|l[iu]k|[dt][ae]n?|l[ae]r|[yn][ae]|yl[ae])"),
}


def may_follow(name: str, rest: str, language: str | None) -> bool:
    """Tell whether `rest` is what the language writes onto a name, as an ending or as a compound."""
    if _HANGUL.search(name):
        return bool(_PARTICLES.fullmatch(rest)) or len(name) >= _FREE_HANGUL_FROM
    if name[-1].isdigit():
        return False
    return language not in _LITTLE or len(rest) <= _MOST_LITTLE


def least_stem(word: str) -> int:
    """Return how long a name must be for endings to follow, in the script of the word."""
    return STEM_HANGUL_FROM if _HANGUL.search(word) else STEM_FROM


def compounds(language: str | None) -> bool:
    """Tell whether names stand at the end of compounds in the language."""
    return language in _COMPOUNDING


def compound_tails(word: str) -> Iterator[str]:
    """Return the ends of a word that may be a name, the longest first."""
    for at in range(_LEAST_BEFORE, len(word) - COMPOUND_FROM + 1):
        yield word[at:]


def changed_stems(name: str) -> Iterator[str]:
    """Return what cases leave of a name: without its last vowel, or with a soft last consonant."""
    if len(name) < STEM_FROM or not name.isalpha():
        return
    if name[-1] in _VOWELS:
        yield name[:-1]
    elif name[-1] in _SOFT:
        yield name[:-1] + _SOFT[name[-1]]


def stem_changed(name: str, rest: str, language: str | None) -> bool:
    """Tell whether a case of the language explains the changed stem of `name` and `rest` after it."""
    if name[-1] in _VOWELS:
        return language in _SLAVIC and rest in _CASES
    return language in _TURKIC and rest[:1] in tuple(_TURKISH_VOWELS)


def bare(piece: Piece, text: str) -> Iterator[Piece]:
    """Return an Arabic or Hebrew word without the article, particles and possessives written onto it."""
    if not _ARABIC_HEBREW.match(piece.text):
        return
    at = places(piece, text)
    ends = {len(piece.text)} | {found.start() for found in _AFTER.finditer(piece.text)}
    most = found.end() if (found := _BEFORE.match(piece.text)) else 0
    for start in range(most, -1, -1):
        if start and not _BEFORE.fullmatch(piece.text[:start]):
            continue
        for end in sorted(ends, reverse=True):
            if _LEAST_BARE <= end - start < len(piece.text):
                yield Piece(piece.text[start:end], at[start], at[end])


def bare_number(piece: Piece, language: str | None) -> Piece | None:
    """Return a number without the ending of its language: the 300 of “300er” or “300ün”."""
    pattern = _ON_NUMBERS.get(language or "")
    found = pattern.fullmatch(piece.text) if pattern else None
    return Piece(found[1], piece.start, piece.start + len(found[1])) if found else None
