"""Every page of the service, with stored scripts in everything that it shows: none runs, and none is tried.

What the policy would hold back counts too: the pages are opened with the policy, which reports attempts, and
without it, where they would succeed.
"""

from collections.abc import Callable, Iterator, Mapping

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Page

from service.pages import segment
from tests.service.stored_scripts.conftest import Stored
from tests.service.stored_scripts.payloads import ALL, PAYLOADS, SOME
from tests.service.stored_scripts.witness import Witness

Browse = Callable[..., Page]
# With the policy a page only tells whether it is tried at all, so that a few places of a route are enough.
WITH, WITHOUT = "with the policy", "without it"
FEW = 6
SEGMENTS = [segment(each.text) for each in SOME]
MANY = [segment(each.text) for each in PAYLOADS]


def addresses(stored: Stored) -> Mapping[str, list[str]]:
    """Return what to ask for of each route whose address has parts that vary."""
    return {
        "/assets/{name:path}": ["/assets/layout/mark.svg"],
        "/widget/v1/{language}/precedent.js": ["/widget/v1/de/precedent.js"],
        "/widget/v1/texts/{language}.json": ["/widget/v1/texts/de.json"],
        "/widget/{digest}/precedent.js": ["/widget/0/precedent.js"],
        "/api/v1/sites/{key}": ["/api/v1/sites/site-0"],
        "/api/v1/solutions/{id:anything}": [f"/api/v1/solutions/{SEGMENTS[0]}"],
        "/api/v1/tickets/{number}": [f"/api/v1/tickets/{stored.tickets[0]}"],
        "/embed/{key}": [f"/embed/site-{n}?product={each}" for n, each in enumerate(SEGMENTS)],
        "/searches/{key}": [f"/searches/{each}" for each in stored.searches],
        "/searches/{key}/solved": [f"/searches/{each}/solved" for each in stored.searches[:1]],
        "/solutions/{id:anything}": [f"/solutions/{each}" for each in MANY]
        + [f"/solutions/{each}?search={stored.searches[0]}" for each in SEGMENTS],
        "/votes/{kind}": ["/votes/solved", "/votes/rejected"],
        "/tickets/new": [f"/tickets/new?search={each}" for each in stored.searches],
        "/tickets/{number}/received": [
            f"/tickets/{stored.tickets[0]}/received",
            f"/tickets/{SEGMENTS[1]}/received",
        ],
        "/status/{number}": [f"/status/{each}" for each in (*stored.tickets, *SEGMENTS)],
        "/products/{code:anything}": [f"/products/{each}" for each in SEGMENTS],
        "/topics/{topic}": ["/topics/guides", "/topics/guides?page=2", f"/topics/{SEGMENTS[1]}"],
        "/sitemaps/{number:int}.xml": ["/sitemaps/1.xml", "/sitemaps/0.xml"],
    }


# What to send to each page that takes a form. What goes to /api/ has no page: the widget shows its answers.
FORMS: Mapping[str, Mapping[str, str]] = {
    "/searches": {"q": ALL, "country": ALL, "language": ALL, "previous": ALL},
    "/searches/{key}/none": {},
    "/searches/{key}/outcome": {"kind": "rejected", "reason": ALL, "solution": PAYLOADS[0].text},
    "/solutions/{id:anything}/vote": {"kind": "solved", "read": ALL, "reason": ALL},
    "/tickets": dict.fromkeys(("key", "kind", "subject", "description", "name", "email", "phone"), ALL)
    | dict.fromkeys(("language", "country", "search"), ALL),
    "/status": {"number": ALL},
}


def routes(app: FastAPI, method: str) -> list[str]:
    return [
        route.path
        for route in iter_route_contexts(app.routes)
        if method in (getattr(route, "methods", None) or ())
    ]


def asked(route: str, stored: Stored) -> list[str]:
    """Return the addresses to visit; a new route with parts that vary has to be entered above."""
    known = addresses(stored)
    assert route in known or "{" not in route, f"say in this module what to visit of {route}"
    return known.get(route, [route])


@pytest.fixture(params=[WITH, WITHOUT])
def policy(request: pytest.FixtureRequest) -> str:
    """Say whether our own policy holds."""
    return request.param


@pytest.fixture
def page(policy: str, browse: Browse, witness: Witness, stored: Stored) -> Iterator[Page]:
    """Give a page on which nothing may have run when the test is over."""
    page = browse(base_url=stored.address, bypass_csp=policy == WITHOUT)
    yield page
    assert (witness.ran, witness.attempts) == (set(), [])


def test_nothing_runs_on_any_page(page: Page, policy: str, stored: Stored, witness: Witness):
    visited = []
    for route in routes(stored.app, "GET"):
        places = asked(route, stored)
        if not page.request.get(places[0]).headers["content-type"].startswith("text/html"):
            continue
        for place in places[: FEW if policy == WITH else None]:
            answer = page.goto(place)
            assert answer is not None
            assert answer.status < 500, place
            witness.look(page)
        visited.append(route)
    assert {"/", "/browse", "/embed/{key}", "/solutions/{id:anything}", "/status/{number}"} <= set(visited)


def test_nothing_runs_when_a_form_comes_back(page: Page, stored: Stored, witness: Witness):
    for route in [each for each in routes(stored.app, "POST") if not each.startswith("/api/")]:
        assert route in FORMS, f"say in this module what to send to {route}"
        action = route.replace("{key}", stored.searches[0]).replace("{id:anything}", SEGMENTS[0])
        page.goto("/status")
        with page.expect_navigation():
            page.evaluate(SEND, [action, dict(FORMS[route])])
        witness.look(page)


SEND = """([action, fields]) => {
    const form = Object.assign(document.createElement("form"), { method: "post" });
    form.setAttribute("action", action);
    for (const [name, value] of Object.entries(fields)) {
        const field = Object.assign(document.createElement("textarea"), { name, value });
        form.append(field);
    }
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
}"""


def test_a_page_that_nobody_entered_here_fails_the_run(stored: Stored):
    with pytest.raises(AssertionError, match=r"what to visit of /people/\{name\}"):
        asked("/people/{name}", stored)


def test_a_template_that_forgets_to_escape_is_found_out(browse: Browse, stored: Stored, witness: Witness):
    page = browse(base_url=stored.address, bypass_csp=True)
    environment = stored.app.state.pages.environment
    careful = environment.autoescape
    environment.autoescape = False
    environment.cache.clear()  # templates are compiled with or without escaping
    try:
        page.goto(f"/products/{SEGMENTS[1]}")
        witness.look(page, 150)
    finally:
        environment.autoescape = careful
        environment.cache.clear()
    assert SOME[1].index in witness.ran
