"""Text as people type it: one normal form, and the language it is most likely in."""

import functools
import re
import unicodedata
from dataclasses import dataclass

from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

MAX_QUERY = 2000  # characters; longer texts are cut, and the answer says so

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\ufeff\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_WORDLESS = re.compile(r"[\W\d_]+")
# Below this the identifier is wrong too often to speak of (measured on 660 questions in 15 languages).
_LEAST_PROBABILITY = 0.7
_LEAST_LETTERS = 4
# Of texts too short to tell (the first one to three words of questions in 16 languages) 92 % of those in the
# language that is expected pass at this value, and 13 % of the English ones; at 1 it is 82 % and 3 %, at 8
# 96 % and 25 %.
_ENGLISH_LIKELIER = 3.0


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in normal form; `cut` when it was longer than the cap."""

    text: str
    cut: bool


def clean(text: str) -> str:
    """Return `text` in NFKC without control characters, white space collapsed to single spaces."""
    scrubbed = _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", scrubbed)).strip()


def normalise(text: str, limit: int = MAX_QUERY) -> Normalised:
    """Return the normal form of a query, cut at `limit` characters, at a space where one is near."""
    head = text[: limit * 4]  # NFKC and white space can shrink a text; beyond this it is too long anyway
    whole = clean(head)
    if len(whole) <= limit:
        return Normalised(whole, len(head) < len(text))
    space = whole.rfind(" ", limit - 40, limit)
    return Normalised(whole[: space if space > 0 else limit].rstrip(), True)


# Letters that Unicode does not take apart, as people without them on the keyboard write them.
_PLAIN_LETTERS = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
# Digits of other scripts: ٣٠٠ is 300.
_PLAIN_DIGITS = {c: str(unicodedata.decimal(c)) for c in map(chr, range(0x0660, 0x10000)) if c.isdecimal()}
_PLAIN = str.maketrans(_PLAIN_LETTERS | _PLAIN_DIGITS)
# Marks that people leave out: the accents of Latin, Greek and Cyrillic, the points of Hebrew, the vowel
# signs, hamzas and stretching of Arabic. In kana, Hindi or Thai a combining mark is part of the letter.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]+"
)


def fold(text: str) -> str:
    """Return `text` in NFKC without case and accents: “Étoile” and “ETOILE” become one word."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()))
    return unicodedata.normalize("NFC", bare).translate(_PLAIN)


# Thai, Lao, Burmese, Khmer, kana and Han are written without spaces between words.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
# A word goes on over its marks: to `re` the vowel signs of Hindi, Bengali or Tamil are no part of a word.
_SIGNS = "".join(c for c in map(chr, range(0x0300, 0x10000)) if unicodedata.category(c) in ("Mn", "Mc"))
_WORD = rf"[^\W_{UNSPACED}]"
RUNS = re.compile(rf"[{UNSPACED}]+|{_WORD}+(?:[{_SIGNS}]+{_WORD}*)*")


def letters(text: str) -> int:
    """Count the letters of `text`; emoji, digits and signs are none."""
    return len(_WORDLESS.sub("", text))


@functools.lru_cache(maxsize=1)
def load_identifier() -> LanguageIdentifier:
    """Load the language identifier, once; half a second, most of it in other threads' time."""
    return LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)


# The way of a question asks twice, to understand it and to encode it; .3 ms each.
@functools.lru_cache(maxsize=64)
def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of `text`, or None when it cannot be told."""
    if letters(text) < _LEAST_LETTERS:
        return None
    language, probability = load_identifier().classify(text)
    return str(language) if float(probability) >= _LEAST_PROBABILITY else None


def may_be(text: str, language: str) -> bool:
    """Say whether a text too short to tell its language by is more likely in `language` than in English.

    True, too, for a language that the identifier does not know.
    """
    likely = dict(load_identifier().rank(text))
    primary = language.split("-")[0]
    return primary not in likely or bool(likely["en"] < _ENGLISH_LIKELIER * likely[primary])
