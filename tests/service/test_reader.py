"""For whom a page is made: what the address, the browser and the settings say of the reader."""

import pytest
from fastapi.testclient import TestClient

from kb.settings import Settings
from service.app import create_app
from service.reader import accepted, choose

DEFAULT = Settings(default_language="fr", default_country="BE")


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", ("de-AT", "de", "en")),
        ("en;q=0.2, ja", ("ja", "en")),
        ("pt_br", ("pt-BR",)),
        ("*, klingon, en;q=0, sv;q=x, ,;", ()),
        ("", ()),
        ("de" + ",de" * 100_000, ("de",) * 167),
    ],
)
def test_the_best_language_comes_first_and_nonsense_is_left_out(header: str, tags: tuple[str, ...]):
    assert accepted(header) == tags


@pytest.mark.parametrize(
    ("said", "language", "wanted", "country"),
    [
        (("de-AT", "en"), "de", "de-AT", "AT"),
        (("th", "en-GB"), "en", "th", None),
        (("es", "es-MX", "en-US"), "es", "es", "MX"),
        (("zh-Hant-TW",), "zh", "zh-Hant-TW", "TW"),
        ((), "fr", "fr", "BE"),
    ],
)
def test_the_first_language_that_we_speak_is_spoken(
    said: tuple[str, ...], language: str, wanted: str, country: str | None
):
    reader = choose(said, DEFAULT)
    assert (reader.language, reader.wanted, reader.country) == (language, wanted, country)


def test_the_browser_chooses_and_the_address_overrules_it(blank: TestClient):
    german = {"accept-language": "de-DE,en;q=0.5"}
    assert '<html lang="en" dir="ltr">' in blank.get("/").text
    assert '<html lang="de" dir="ltr">' in blank.get("/", headers=german).text
    assert '<html lang="ar" dir="rtl">' in blank.get("/ar/", headers=german).text
    assert blank.get("/ar/").headers["content-language"] == "ar"
    assert blank.get("/ar/").headers["vary"] == "accept-language"


def test_below_a_language_every_address_stays_below_it(blank: TestClient):
    page = blank.get("/de/status").text
    inner = page.split("<body>")[1].split('id="languages"')[0]
    assert 'href="/de/browse"' in inner
    assert 'action="/de/status"' in inner
    assert 'href="/status' not in inner
    assert '<a href="/fr/status" lang="fr"' in page
    assert blank.get("/de/searches").headers["location"] == "/de/"
    assert blank.get("/de").headers["location"] == "/de/"


@pytest.mark.parametrize(
    "path", ["/DE/status", "/xx/status", "/api/status", "/de/api/v1/openapi.json", "/de-/"]
)
def test_what_is_no_language_is_no_prefix(blank: TestClient, path: str):
    assert blank.get(path).status_code == 404


def test_a_page_that_came_of_a_form_offers_no_other_language(blank: TestClient):
    answer = blank.post("/de/searches", data={"q": ""})
    assert answer.status_code == 422
    assert 'id="languages"' not in answer.text


def test_errors_are_said_in_the_language_of_the_reader(blank: TestClient):
    assert "Nothing is here" in blank.get("/nowhere").text
    assert "Hier ist nichts" in blank.get("/de/nowhere").text


def test_the_settings_speak_for_who_says_nothing(tmp_path, sqlite_template):
    settings = Settings(data_dir=tmp_path, default_language="de")
    with TestClient(create_app(settings)) as client:
        assert '<html lang="de"' in client.get("/").text
        assert '<html lang="en"' in client.get("/", headers={"accept-language": "en"}).text
