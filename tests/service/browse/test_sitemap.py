"""What search engines are told: every public address once, with its languages, and nothing else."""

import re
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from kb.settings import Settings
from service.app import create_app

SITE = "http://127.0.0.1:8000"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def places(xml: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(xml).findall(".//s:loc", NAMES)]


def test_the_index_leads_to_every_public_solution_in_every_language(client: TestClient):
    parts = places(client.get("/sitemap.xml").text)
    assert parts == [f"{SITE}/sitemaps/pages.xml", f"{SITE}/sitemaps/0.xml"]
    found = places(client.get("/sitemaps/0.xml").text)
    assert len(found) == len(set(found)) == 13
    assert f"{SITE}/ar/solutions/descale" in found
    assert f"{SITE}/en/solutions/roof%2Frack%3F%231" in found
    for place in found:
        assert client.get(place.removeprefix(SITE)).status_code == 200


def test_each_entry_names_its_languages_and_its_change(client: TestClient):
    root = ElementTree.fromstring(client.get("/sitemaps/0.xml").text)
    entry = next(e for e in root if e.findtext("s:loc", "", NAMES) == f"{SITE}/ar/solutions/descale")
    links = {each.get("hreflang"): each.get("href") for each in entry.findall("x:link", NAMES)}
    assert links == {
        "ar": f"{SITE}/ar/solutions/descale",
        "en": f"{SITE}/en/solutions/descale",
        "x-default": f"{SITE}/solutions/descale",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", entry.findtext("s:lastmod", "", NAMES))


def test_the_page_says_the_same_as_the_list(client: TestClient):
    head = client.get("/solutions/descale").text.split("</head>")[0]
    assert f'<link rel="canonical" href="{SITE}/en/solutions/descale">' in head
    links = dict(re.findall(r'rel="alternate" hreflang="([^"]+)" href="([^"]+)"', head))
    assert links == {
        "ar": f"{SITE}/ar/solutions/descale",
        "en": f"{SITE}/en/solutions/descale",
        "x-default": f"{SITE}/solutions/descale",
    }
    assert "noindex" not in head
    in_german = client.get("/de/solutions/descale").text
    assert f'<link rel="canonical" href="{SITE}/en/solutions/descale">' in in_german


def test_robots_may_visit_what_is_public_and_nothing_else(client: TestClient):
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    assert robots.site_maps() == [f"{SITE}/sitemap.xml"]
    for path in (
        "/",
        "/browse",
        "/de/solutions/descale",
        "/products/SUV",
        "/status",
        "/assets/layout/page.css",
    ):
        assert robots.can_fetch("bot", SITE + path), path
    for path in ("/searches/x", "/tickets/new", "/status/K7M2-9QXD-4HTT", "/api/v1/search"):
        assert not robots.can_fetch("bot", SITE + path), path


def test_what_is_made_for_one_visitor_asks_to_be_left_out(client: TestClient):
    path = client.post("/searches", data={"q": "It squeaks"}).headers["location"]
    key = path.rsplit("/", 1)[1]
    for private in (path, f"/solutions/descale?search={key}", "/tickets/new", "/nowhere"):
        head = client.get(private).text.split("</head>")[0]
        assert '<meta name="robots" content="noindex">' in head, private
        assert "canonical" not in head


def test_an_installation_may_keep_search_engines_out(company_settings: Settings, embedder):
    settings = company_settings.changed(search_engines=False, base_url="https://help.example.org")
    with TestClient(create_app(settings, embedder)) as client:
        assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
        assert client.get("/sitemap.xml").status_code == client.get("/sitemaps/0.xml").status_code == 404
        assert '<meta name="robots" content="noindex">' in client.get("/solutions/descale").text


@pytest.mark.parametrize("path", ["/sitemaps/7.xml", "/sitemaps/x.xml"])
def test_there_are_no_other_parts(client: TestClient, path: str):
    assert client.get(path).status_code == 404
