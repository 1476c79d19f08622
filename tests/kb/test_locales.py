import pytest

from kb import locales
from kb.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "code"), [("ES", "ES"), (" de ", "DE"), ("uk", "GB"), ("na", "NA"), ("xk", "XK")]
)
def test_countries(typed: str, code: str):
    assert locales.country(typed) == code


@pytest.mark.parametrize("typed", ["", "Spain", "ZZ", "E", "ESP", "日本"])
def test_what_is_no_country(typed: str):
    with pytest.raises(Invalid, match=r"is not a country; give two letters of ISO 3166, such as ES\.$"):
        locales.country(typed)


@pytest.mark.parametrize(
    ("country", "tag"),
    [("DE", "de"), ("AT", "de"), ("US", "en"), ("BR", "pt"), ("ME", "sr-Latn"), ("CH", None), ("CA", None)],
)
def test_the_language_that_a_country_is_run_in(country: str, tag: str | None):
    assert locales.main_language(country) == tag


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("en", "en"),
        ("PT_br", "pt-BR"),
        ("zh-hant", "zh-Hant"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("fil", "fil"),
        ("iw_IL", "he-IL"),
    ],
)
def test_languages(typed: str, tag: str):
    assert locales.language(typed) == tag


@pytest.mark.parametrize("typed", ["", "English", "xx", "e", "en-", "en-USAX-1", "12"])
def test_what_is_no_language(typed: str):
    with pytest.raises(Invalid, match=r"is not a language; give a code such as es or pt-BR\.$"):
        locales.language(typed)


@pytest.mark.parametrize(
    ("wanted", "available", "chosen"),
    [
        ("de", ["de", "en"], "de"),
        ("de-AT", ["de", "en"], "de"),
        ("pt", ["en", "pt-BR"], "pt-BR"),
        ("pt-PT", ["en", "pt-BR"], "pt-BR"),
        ("ja", ["de", "en"], "en"),
        ("ja", ["de", "en-GB"], "en-GB"),
        ("ja", ["de", "fr"], "de"),
        (None, ["de", "en"], "en"),
        (None, [], None),
    ],
)
def test_the_closest_translation(wanted: str | None, available: list[str], chosen: str | None):
    assert locales.closest(wanted, available) == chosen
