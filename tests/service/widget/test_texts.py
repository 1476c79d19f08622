"""The texts of the widget: whole in every language, with the plurals that the language has."""

import re

import pytest
from babel import Locale

from service.widget.build import texts

PLACE = re.compile(r"\{\w+\}")
OTHERS = sorted(set(texts()) - {"en"})


def test_there_are_fourteen_languages():
    assert sorted(texts()) == [
        "ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh",
    ]  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_filled_in_is_filled_in_in_every_language(language: str):
    for id, english in texts()["en"].items():
        if isinstance(english, str):
            assert PLACE.findall(str(texts()[language][id])) == PLACE.findall(english), id


@pytest.mark.parametrize("language", sorted(texts()))
def test_counts_have_the_forms_that_the_language_has(language: str):
    # The big round numbers of Romance languages (“many”) read like all others here.
    known = set(Locale(language).plural_form.rules) | {"other"}
    wanted = known - ({"many"} if language in {"es", "fr", "it", "pt"} else set())
    for id in ("count_suggestions", "count_solutions"):
        forms = texts()[language][id]
        assert isinstance(forms, dict)
        assert set(forms) == wanted, id


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_was_left_in_english(language: str):
    allowed = {"name", "email", "problem", "suggestions", "count_suggestions", "kind", "state_open"}
    english = texts()["en"]
    same = {id for id, text in texts()[language].items() if text == english[id]}
    assert same <= allowed
