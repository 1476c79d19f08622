"""The words of the pages: every language says everything, leaves the same gaps, and counts as it should."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from service.browse.texts import WORDS as BROWSE
from service.pages import country_names, day
from service.search.texts import WORDS as SEARCH
from service.texts import ERRORS, FRAME
from service.tickets.texts import WORDS as TICKETS
from service.wording import LANGUAGES, Wording, counted, locale

TRANSLATED = [language for language in LANGUAGES if language != "en"]
# Sentences of errors: pages in other languages say them by their kind.
OF_ERRORS = {"gone", "solution_gone"}
PLURALS = {"zero", "one", "two", "few", "many", "other"}


def is_plural(words: Any) -> bool:
    return isinstance(words, dict) and "other" in words and set(words) <= PLURALS


def leaves(words: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its place; of plurals the form that all languages have."""
    if isinstance(words, str):
        yield path, words
    elif is_plural(words):
        yield path, words["other"]
    elif isinstance(words, dict):
        for key in words.keys() - OF_ERRORS:
            yield from leaves(words[key], f"{path}.{key}")
    else:
        for number, value in enumerate(words):
            yield from leaves(value, f"{path}.{number}")


def plurals(words: Any) -> Iterator[dict[str, str]]:
    if is_plural(words):
        yield words
    elif isinstance(words, dict):
        for value in words.values():
            yield from plurals(value)


def gaps(words: Any) -> dict[str, list[str]]:
    return {path: sorted(re.findall(r"\{\w+\}", text)) for path, text in leaves(words)}


def test_the_pages_speak_thirteen_languages():
    assert set(LANGUAGES) == {"ar", "de", "en", "es", "fr", "he", "it", "ja", "nl", "pl", "pt", "sv", "zh"}


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("words", [FRAME, SEARCH, TICKETS, BROWSE], ids=lambda words: words.section)
def test_a_translation_says_everything_and_leaves_the_same_gaps(words: Wording, language: str):
    assert gaps(words(language)) == gaps(words.english)
    assert not [path for path, text in leaves(words(language)) if not text.strip()]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_kind_of_error_has_words(language: str):
    assert gaps(ERRORS(language)) == gaps(ERRORS("de"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_its_form(language: str):
    needed = {locale(language).plural_form(number) for number in range(200)}
    for words in (SEARCH, BROWSE):
        for forms in plurals(words(language)):
            assert needed <= set(forms)


def test_numbers_are_counted_as_the_language_does():
    forms = {language: BROWSE(language)["count"] for language in LANGUAGES}
    assert [counted(forms["en"], number, "en") for number in (1, 2, 15_000)] == [
        "1 solution",
        "2 solutions",
        "15,000 solutions",
    ]
    assert [counted(forms["pl"], number, "pl") for number in (1, 3, 5, 22)] == [
        "1 rozwiązanie",
        "3 rozwiązania",
        "5 rozwiązań",
        "22 rozwiązania",
    ]
    assert len({counted(forms["ar"], number, "ar").strip("0123456789 ") for number in (1, 2, 3, 11)}) == 4
    assert counted(forms["de"], 15_000, "de") == "15.000 Lösungen"


def test_dates_and_countries_are_those_of_the_language():
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    assert [day(moment, language) for language in ("en", "de", "ja", "pt")] == [
        "22 November 2026",
        "22. November 2026",
        "2026年11月22日",
        "22 de novembro de 2026",
    ]
    assert country_names("de")["ES"] == "Spanien"
    assert list(country_names("de"))[:2] == ["AF", "EG"]
