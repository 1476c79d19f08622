"""What went wrong, for programs and for people."""

import pytest
from fastapi.testclient import TestClient

from kb.errors import Conflict, Invalid, NotFound, TooMany
from service.errors import UNEXPECTED, failure, problems


def test_an_error_becomes_problem_details():
    problem = failure(Invalid("“Q9” is not a country.", "country")).problem().model_dump()
    assert problem == {
        "type": "urn:precedent:problem:invalid",
        "title": "This cannot be used",
        "status": 422,
        "detail": "“Q9” is not a country.",
        "errors": [{"field": "country", "detail": "“Q9” is not a country."}],
    }


def test_what_nobody_expected_says_nothing_of_itself():
    assert failure(RuntimeError("a secret")) is UNEXPECTED


def test_who_must_wait_is_told_how_long():
    assert failure(TooMany("Please wait.", retry_after=30)).retry_after == 30


def test_examples_of_one_status_stand_together():
    described = problems(failure(NotFound("Gone.")), failure(Conflict("Twice.")), failure(Invalid("Wrong.")))
    assert sorted(described) == [404, 409, 422, 503]


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/searches/%00", {404, 422}),
        ("/solutions/%00", {404, 422}),
        ("/solutions/descale?search=%00", {404, 422}),
        ("/tickets/new?search=%00", {200, 422}),
        ("/status/%00", {422}),
        ("/api/v1/solutions/a%00b?language=%00", {422}),
        ("/api/v1/suggest?q=%00&country=%00", {422}),
        ("/assets/%00", {404}),
    ],
)
def test_a_character_that_no_text_may_hold_is_no_mistake_of_ours(
    bare: TestClient, path: str, statuses: set[int]
):
    assert bare.get(path).status_code in statuses


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("DELETE", "/api/v1/search", 405, "wrong-method"),
        ("GET", "/api/v1/search", 405, "wrong-method"),
        ("GET", "/api/v1/solutions/nothing", 404, "not-found"),
    ],
)
def test_programs_get_problem_details(blank: TestClient, method: str, path: str, status: int, slug: str):
    answer = blank.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:precedent:problem:{slug}"
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nothing", 404, "Nothing is here"),
        ("DELETE", "/status", 405, "Not in this way"),
        ("GET", "/searches/nothing", 404, "Not found"),
        ("GET", "/solutions/nothing", 404, "Not found"),
        ("GET", "/assets/layout/base.html", 404, "Not found"),
        ("GET", "/assets/../app.py", 404, "Nothing is here"),
        ("GET", "/assets/%2e%2e/app.py", 404, "Not found"),
    ],
)
def test_people_get_a_page(blank: TestClient, method: str, path: str, status: int, title: str):
    answer = blank.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert f"<h1>{title}</h1>" in answer.text
    assert 'href="/tickets/new"' in answer.text
