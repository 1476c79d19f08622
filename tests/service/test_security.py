"""Roles, headers, and forms from elsewhere."""

import re

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from service import errors
from service.pages import Pages
from service.security import Role, UndeclaredRoleError, allow, declared_roles


def test_every_route_declares_its_role(app: FastAPI):
    roles = declared_roles(app)
    assert roles["POST /api/v1/search"] is Role.PUBLIC
    assert roles["GET /status/{number}"] is Role.PUBLIC
    assert set(roles.values()) == {Role.PUBLIC}


def test_an_application_with_a_route_without_a_role_is_not_made():
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/fine", dependencies=[allow(Role.AGENT)])(lambda: "fine")
    assert declared_roles(app) == {"GET /fine": Role.AGENT}
    app.get("/forgotten")(lambda: "forgotten")
    with pytest.raises(UndeclaredRoleError, match="/forgotten must declare one role, not 0"):
        declared_roles(app)


def test_a_second_role_is_as_bad_as_none():
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    router = APIRouter(dependencies=[allow(Role.PUBLIC)])
    router.get("/both", dependencies=[allow(Role.AGENT)])(lambda: "both")
    app.include_router(router)
    with pytest.raises(UndeclaredRoleError, match="not 2"):
        declared_roles(app)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PUBLIC])
def test_what_the_public_may_not_see_does_not_exist(role: Role):
    app = FastAPI()
    app.state.pages = Pages()
    errors.install(app)
    app.get("/api/secret", dependencies=[allow(role)])(lambda: "secret")
    with TestClient(app) as client:
        refused, missing = client.get("/api/secret"), client.get("/api/nothing")
    assert refused.status_code == missing.status_code == 404
    assert "secret" not in refused.text


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/openapi.json", "/assets/layout/page.css", "/nothing", "/livez"]
)
def test_every_answer_carries_the_headers(blank: TestClient, path: str):
    head = blank.get(path).headers
    policy = head["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert head["x-content-type-options"] == "nosniff"
    assert head["referrer-policy"] == "same-origin"


def test_pages_hold_no_inline_script_and_no_inline_style(client: TestClient):
    for path in ("/", "/tickets/new", "/status", "/solutions/descale", "/nothing"):
        page = client.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " on" + "click" not in page
        assert not re.search(r'(src|action|rel="(stylesheet|icon)" href)="http', page)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    ],
)
def test_a_form_from_another_site_is_refused(blank: TestClient, headers: dict[str, str]):
    for path in ("/searches", "/tickets", "/status", "/searches/x/none", "/searches/x/outcome"):
        answer = blank.post(path, data={"q": "a"}, headers=headers)
        assert answer.status_code == 403
        assert "This form was sent from another site" in answer.text


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}])
def test_a_form_of_our_own_is_taken(blank: TestClient, headers: dict[str, str]):
    assert blank.post("/searches", data={"q": "it squeaks"}, headers=headers).status_code == 303
