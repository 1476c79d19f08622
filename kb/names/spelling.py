"""A name as it is looked up, what people leave of it, and the number in it that is never confused."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from kb.names.pieces import Piece, parts, pieces

# A name may go without its number (“Marlune” for “Marlune 300”) if so many Latin letters are left.
SHORT_FROM = 5
# Scripts that write consonants only, syllables or words say more in a letter: (first, last, worth).
_WORTH = (
    ("\u0590", "\u06ff", 1.5),
    ("\u3040", "\u30ff", 2),
    ("\u3400", "\u9fff", 3),
    ("\uac00", "\ud7af", 2),
)
# A number with the letters that belong to it: the e40 of “Crevanto E40”, the 200i of “X 200i”.
_MODEL = re.compile(r"(?:(?<![^\W\d])[^\W\d]{1,3})?\d.*")
_GLUED = re.compile(r"[^\W\d]{4,}(?=\d)")  # more than the letters of a number: the Marlune of “Marlune300”
_NUMBER = re.compile(r"([^\W\d]{0,3})\d")
_DIGITS = re.compile(r"\d+")


class Spelling(NamedTuple):
    """A name joined without space (`key`) and its number (`model`).

    `words` are separate as the name is written; `parts` count the humps of camel case too.
    """

    key: str
    model: str
    words: int
    parts: int


class Spelled(NamedTuple):
    """A name, and what people leave of it where it has a number: “Marlune” of “Marlune 300”."""

    whole: Spelling
    short: Spelling | None


def spell(name: str) -> Spelled:
    """Return how a written name is looked up; its key is empty where there is no letter in it."""
    row = pieces(name)
    whole = Spelling(_key(row), model(row), len(row), max(parts(name), len(row)))
    number = next((i for i, piece in enumerate(row) if has_digit(piece.text)), None)
    if number is None:
        return Spelled(whole, None)
    glued = _GLUED.match(row[number].text)
    key = _key(row[:number]) + (glued[0] if glued else "")
    if _worth(key) < SHORT_FROM:
        return Spelled(whole, None)
    words = number + bool(glued)
    end = row[number].start + len(glued[0]) if glued else row[number - 1].end
    return Spelled(whole, Spelling(key, "", words, max(parts(name[:end]), words)))


def model(row: Sequence[Piece]) -> str:
    """Return the number of a name, with the letters that belong to it: “e40”, “300”, “200i”, or nothing."""
    return "".join(found[0] for piece in row if (found := _MODEL.search(piece.text)))


def has_digit(text: str) -> bool:
    """Tell whether there is a digit in a folded text."""
    return bool(_DIGITS.search(text))


def digits(text: str) -> str:
    """Return all digits of a folded text, in order."""
    return "".join(_DIGITS.findall(text))


def number_letters(text: str) -> str | None:
    """Return the letters before a number: “e” of E40, none of 300; or None where the word is no number."""
    found = _NUMBER.match(text)
    return found[1] if found else None


def _key(row: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in row)


def _worth(letters: str) -> float:
    if letters.isascii():
        return len(letters)
    return sum(next((w for low, high, w in _WORTH if low <= c <= high), 1.0) for c in letters)
