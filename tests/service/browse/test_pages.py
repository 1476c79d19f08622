"""The lists of solutions: what stands in them, in which words and order, and how their pages turn."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from kb import db, solutions
from service.browse.shelf import PAGE


def tiles(html: str) -> list[tuple[str, str]]:
    return re.findall(r'class="tile"><a href="([^"]+)"><bdi>([^<]+)</bdi>', html)


def titles(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'<li><a href="[^"]*/solutions/[^>]+>([^<]+)</a>', html)]


def test_products_and_topics_are_listed_under_the_names_of_the_readers_country(client: TestClient):
    assert tiles(client.get("/browse").text) == [
        ("/products/COF", "Brellano"),
        ("/products/VAC", "Dustral"),
        ("/products/SUV", "Tarnwald"),
        ("/topics/general", "Orders, accounts and everything else"),
        ("/topics/guides", "Guides"),
    ]
    spanish = client.get("/browse", headers={"accept-language": "es-ES"}).text
    assert [name for _, name in tiles(spanish)][:3] == ["Brellano", "Ostrevo", "Susurro"]
    assert '<span class="also"><bdi>Tarnwald</bdi></span>' in spanish
    assert (
        "<h1><bdi>Ostrevo</bdi></h1>"
        in client.get("/products/SUV", headers={"accept-language": "es-ES"}).text
    )


def test_a_product_lists_its_solutions_in_the_readers_language_where_there_is_one(client: TestClient):
    assert titles(client.get("/products/SUV").text) == [
        "Changing a flat tyre",
        "How much may the roof rack carry",
        "The engine does not start in cold weather",
    ]
    html = client.get("/es/products/SUV").text
    assert titles(html)[0] == "El motor no arranca cuando hace frío"
    assert 'href="/es/solutions/roof%2Frack%3F%231" lang="en"' in html


def test_what_only_staff_may_see_is_in_no_list(client: TestClient):
    for path in ("/topics/general", "/topics/guides", "/sitemaps/0.xml"):
        text = client.get(path).text
        assert "staff-only" not in text
        assert "refund" not in text


def test_kinds_can_be_chosen_where_a_product_has_both(client: TestClient, sessions_of: sessionmaker[Session]):
    assert 'class="filter"' not in client.get("/products/SUV").text
    with db.transaction(sessions_of) as session:
        new = solutions.NewText("case", "en", "A case", "Done.", ("SUV",))
        solutions.put(session, [new], kind="ticket", actor="tests", why="x")
    assert 'class="filter"' in client.get("/products/SUV").text
    assert titles(client.get("/products/SUV?kind=cases").text) == ["A case"]
    assert titles(client.get("/topics/cases").text) == ["A case"]
    assert client.get("/products/SUV?kind=none").status_code == 422


def test_pages_turn_to_the_end_and_no_further(client: TestClient, sessions_of: sessionmaker[Session]):
    with db.transaction(sessions_of) as session:
        new = [
            solutions.NewText(f"n{number:03}", "en", f"Number {number:03}", "x", ("VAC",))
            for number in range(2 * PAGE)
        ]
        solutions.put(session, new, kind="article", actor="tests", why="x")
    seen: list[str] = []
    path = "/products/VAC"
    while path:
        html = client.get(path).text
        seen += titles(html)
        turn = re.search(r'rel="next" href="([^"]+)"', html)
        path = turn[1] if turn else ""
    assert len(seen) == 2 * PAGE + 3
    assert seen == sorted(seen)
    assert 'rel="prev" href="/products/VAC?page=2"' in client.get("/products/VAC?page=3").text
    assert 'rel="prev" href="/products/VAC"' in client.get("/products/VAC?page=2").text
    assert client.get("/products/VAC?page=4").status_code == 404


@pytest.mark.parametrize("path", ["/products/nothing", "/topics/cases", "/products/SUV?page=2"])
def test_an_empty_list_is_not_there(client: TestClient, path: str):
    assert client.get(path).status_code == 404


def test_a_new_installation_says_what_to_do(blank: TestClient):
    html = blank.get("/browse").text
    assert "Nothing is published yet" in html
    assert tiles(html) == []
