"""Pages that may be kept: a reload costs 304, and a change is seen at the next look."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from kb import db, solutions

PUBLIC = [
    "/",
    "/de/",
    "/browse",
    "/products/SUV",
    "/topics/guides",
    "/solutions/descale",
    "/status",
    "/sitemap.xml",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_reload_gets_304_and_no_cookie(client: TestClient, path: str):
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in first.headers
    again = client.get(path, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_another_language_is_another_page(client: TestClient):
    mark = client.get("/").headers["etag"]
    assert client.get("/", headers={"if-none-match": mark, "accept-language": "de"}).status_code == 200


def test_what_was_withdrawn_is_gone_at_the_next_look(client: TestClient, sessions_of: sessionmaker[Session]):
    mark = client.get("/solutions/descale").headers["etag"]
    with db.transaction(sessions_of) as session:
        solutions.withdraw(session, "descale", None, actor="ana", why="wrong")
    assert client.get("/solutions/descale", headers={"if-none-match": mark}).status_code == 404
    assert "descale" not in client.get("/products/COF").text
    assert "descale" not in client.get("/sitemaps/0.xml").text


def test_what_belongs_to_one_visitor_is_not_kept(client: TestClient):
    path = client.post("/searches", data={"q": "It squeaks"}).headers["location"]
    key = path.rsplit("/", 1)[1]
    for private in (path, f"/solutions/descale?search={key}", "/votes/solved", "/nowhere"):
        assert client.get(private).headers["cache-control"] == "no-store", private
