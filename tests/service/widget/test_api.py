"""What the widget is told of its site: how it speaks there, and nothing of who may call."""

import pytest
from fastapi.testclient import TestClient

from kb import db, sites
from kb.sites import Site
from service.widget.build import texts

SHOP = Site(
    "shop",
    "The shop",
    ("https://shop.example.com",),
    languages=("en", "de"),
    countries=("GB",),
    texts={
        "en": {"label": "What may we fix?", "count_solutions": {"one": "a hit", "other": "{number} hits"}}
    },
    mail="help@example.com",
    consent=True,
)


@pytest.fixture
def asked(blank: TestClient) -> TestClient:
    """Give a client of a service that knows the shop."""
    sessions = blank.app.state.services.sessions  # type: ignore[attr-defined]
    with db.transaction(sessions) as session:
        sites.add(session, SHOP, texts())
    return blank


def test_the_row_of_a_site_is_told_without_its_origins(asked: TestClient):
    answer = asked.get("/api/v1/sites/shop")
    assert answer.json() == {
        "key": "shop",
        "name": "The shop",
        "languages": ["en", "de"],
        "countries": ["GB"],
        "texts": SHOP.texts,
        "fallback_mail": "help@example.com",
        "consent": True,
    }


def test_it_is_kept_for_some_minutes_and_then_asked_about(asked: TestClient):
    headers = {"origin": "https://shop.example.com"}
    answer = asked.get("/api/v1/sites/shop", headers=headers)
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = asked.get("/api/v1/sites/shop", headers=headers | {"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert again.headers["vary"] == "origin"


def test_an_unknown_site_and_a_removed_one_are_no_different_from_anything_unknown(asked: TestClient):
    sessions = asked.app.state.services.sessions  # type: ignore[attr-defined]
    with db.transaction(sessions) as session:
        sites.remove(session, "shop")
    answers = [asked.get(f"/api/v1/sites/{key}") for key in ("shop", "unknown")]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert answers[0].json() == {
        "type": "urn:precedent:problem:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no such site.",
        "errors": [],
    }
