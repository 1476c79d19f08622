"""The words of the pages in every language that they speak.

English stands in the code, beside the feature that says it; `translations/` holds one file for each other
language, with a section for each feature. A language is added by adding its file: a test compares its shape.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.numbers import format_decimal

from service.languages import LANGUAGE_NAMES

_FOLDER: Final = Path(__file__).with_name("translations")
_TRANSLATED: Final = frozenset(path.stem for path in _FOLDER.glob("*.json"))

# What the pages speak, in the order of the names that the languages have for themselves.
LANGUAGES: Final = tuple(tag for tag in LANGUAGE_NAMES if tag == "en" or tag in _TRANSLATED)

# Which form of a language CLDR is asked for, where it has several.
_LOCALES: Final = {"en": "en_GB", "zh": "zh_Hans"}


class Wording:
    """The words of one feature; called with a language it gives them in it."""

    def __init__(self, section: str, english: Mapping[str, Any]) -> None:
        self.section = section
        self.english = english

    def __call__(self, language: str) -> Mapping[str, Any]:
        """Return the words in one of LANGUAGES."""
        if language == "en":
            return self.english
        words: Mapping[str, Any] = _translated(language)[self.section]
        return words


@cache
def _translated(language: str) -> Mapping[str, Any]:
    words: Mapping[str, Any] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return words


@cache
def locale(language: str) -> Locale:
    """Return what CLDR knows of a language of the pages: dates, numbers, plurals, names of countries."""
    return Locale.parse(_LOCALES.get(language, language))


def counted(forms: Mapping[str, str], count: int, language: str) -> str:
    """Put a number into the form that the plural rules of the language ask for."""
    form = forms.get(locale(language).plural_form(count), forms["other"])
    return form.format(count=format_decimal(count, locale=locale(language)))
