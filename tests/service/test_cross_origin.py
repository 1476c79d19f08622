"""Pages of other origins: those of known sites are answered so that they can read it, and no others."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from kb import db, sites
from kb.settings import Settings
from kb.sites import Site
from service.widget.build import texts

SHOP, FORUM, STRANGER = "https://shop.example.com", "https://forum.example.com:8443", "https://evil.example"
ASKS = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,precedent-site",
}
Ticket = Callable[..., dict[str, object]]


@pytest.fixture
def two_sites(blank: TestClient) -> None:
    """Write two sites, each with its own origin; the second has the first one's as well."""
    services = blank.app.state.services  # type: ignore[attr-defined]
    with db.transaction(services.sessions) as session:
        sites.add(session, Site("shop", "The shop", (SHOP,)), texts())
        sites.add(session, Site("forum", "The forum", (FORUM, SHOP)), texts())


def cors(headers: object) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name.startswith("access-control-")}  # type: ignore[call-overload]


@pytest.mark.usefixtures("two_sites")
@pytest.mark.parametrize("origin", [SHOP, FORUM])
def test_a_page_of_a_site_may_read_answers_and_is_given_no_credentials(blank: TestClient, origin: str):
    answer = blank.get("/api/v1/suggest?q=a", headers={"origin": origin})
    assert answer.status_code == 200
    assert cors(answer.headers) == {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "retry-after",
    }
    assert answer.headers["vary"] == "origin"


@pytest.mark.usefixtures("two_sites")
def test_errors_can_be_read_as_well(blank: TestClient):
    for path, status in (("/api/v1/nothing", 404), ("/api/v1/tickets/K7M2-9QXD-4HTA", 422)):
        answer = blank.get(path, headers={"origin": SHOP})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, SHOP)


@pytest.mark.usefixtures("two_sites")
@pytest.mark.parametrize(
    "origin",
    [
        STRANGER, "null", "", "http://shop.example.com", "https://shop.example.com:8443", "https://SHOP.example.com",
        "https://shop.example.com.evil.example", "https://evil.example?https://shop.example.com",
    ],
)  # fmt: skip
def test_an_origin_that_no_site_has_is_never_named(blank: TestClient, origin: str):
    for answer in (
        blank.get("/api/v1/suggest?q=a", headers={"origin": origin}),
        blank.options("/api/v1/search", headers={"origin": origin, **ASKS}),
        blank.post("/api/v1/search", json={"query": "it squeaks"}, headers={"origin": origin}),
    ):
        assert cors(answer.headers) == {}
        assert answer.headers["vary"] == "origin"


@pytest.mark.usefixtures("two_sites")
def test_a_preflight_allows_what_the_widget_sends(blank: TestClient):
    answer = blank.options("/api/v1/tickets", headers={"origin": FORUM, **ASKS})
    assert (answer.status_code, answer.content) == (204, b"")
    assert cors(answer.headers) == {
        "access-control-allow-origin": FORUM,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type, idempotency-key, precedent-site",
        "access-control-max-age": "7200",
        "access-control-expose-headers": "retry-after",
    }


@pytest.mark.usefixtures("two_sites")
@pytest.mark.parametrize("origin", [STRANGER, "null"])
@pytest.mark.parametrize("path", ["/api/v1/tickets", "/api/v1/search", "/api/v1/searches/x/outcome"])
def test_what_a_foreign_page_sends_is_refused(blank: TestClient, ticket: Ticket, path: str, origin: str):
    headers = {"origin": origin, "idempotency-key": "12345678"}
    refused = blank.post(path, json=ticket(), headers=headers)
    assert refused.status_code == 403
    problem = refused.json()
    assert problem["type"] == "urn:precedent:problem:foreign-site"
    assert problem["detail"] == f"Pages of “{origin}” may not call us: it is no origin of a known site."


@pytest.mark.usefixtures("two_sites")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": SHOP},
        {"origin": SHOP, "sec-fetch-site": "cross-site"},
        {"origin": "http://testserver"},
        {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"},
    ],
)
def test_programs_our_own_pages_and_those_of_sites_file_tickets(
    blank: TestClient, ticket: Ticket, headers: dict[str, str]
):
    headers = {"idempotency-key": "12345678", **headers}
    assert blank.post("/api/v1/tickets", json=ticket(), headers=headers).status_code == 201


@pytest.mark.usefixtures("two_sites")
def test_pages_are_for_no_other_origin(blank: TestClient):
    for path in ("/", "/status", "/livez"):
        answer = blank.get(path, headers={"origin": SHOP})
        assert cors(answer.headers) == {}
        assert "origin" not in answer.headers.get("vary", "")


@pytest.mark.usefixtures("two_sites")
def test_an_answer_without_an_origin_says_that_the_origin_counts(blank: TestClient):
    answer = blank.get("/api/v1/sites/shop")
    assert cors(answer.headers) == {}
    assert answer.headers["vary"] == "origin"


def test_a_page_behind_the_public_address_is_ours(settings: Settings, ticket: Ticket):
    from service.app import create_app

    behind = settings.changed(base_url="https://help.example.com")
    with TestClient(create_app(behind)) as client:
        headers = {"idempotency-key": "12345678", "origin": "https://help.example.com"}
        assert client.post("/api/v1/tickets", json=ticket(), headers=headers).status_code == 201


@pytest.mark.usefixtures("two_sites")
def test_two_sites_of_one_origin_go_one_by_one(blank: TestClient):
    sessions = blank.app.state.services.sessions  # type: ignore[attr-defined]
    with db.transaction(sessions) as session:
        forum = sites.get(session, "forum")
        sites.change(session, replace(forum, origins=(FORUM,)), texts())
        sites.remove(session, "forum")
    answer = blank.get("/api/v1/suggest?q=a", headers={"origin": SHOP})
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert cors(blank.get("/api/v1/suggest?q=a", headers={"origin": FORUM}).headers) == {}
