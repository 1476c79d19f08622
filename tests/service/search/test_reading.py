"""The page of one solution without a browser: its address, its data for search engines, what readers say."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from kb import db, inquiries, solutions, votes
from kb.tables import now
from service.throttle import VOTES

EVIL = "</script><script>alert('x')</script> & <b> \u2028"


def data(html: str) -> dict[str, object]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def put(
    sessions: sessionmaker[Session], *texts: solutions.NewText, kind: str = "article", **more: object
) -> None:
    with db.transaction(sessions) as session:
        solutions.put(session, texts, kind=kind, actor="tests", why="x", **more)  # type: ignore[arg-type]


def test_an_article_is_described_as_an_answer_to_a_frequent_question(client: TestClient):
    page = data(client.get("/ar/solutions/descale").text)
    assert (page["@type"], page["inLanguage"]) == ("FAQPage", "ar")
    assert page["url"] == "http://127.0.0.1:8000/ar/solutions/descale"
    (question,) = page["mainEntity"]  # type: ignore[misc]
    assert question["name"] == "إزالة الكلس من آلة القهوة"
    assert question["acceptedAnswer"]["text"].startswith("<p>املأ الخزان")


def test_a_solved_ticket_is_described_as_one_question_with_its_answer(
    client: TestClient, sessions_of: sessionmaker[Session]
):
    put(sessions_of, solutions.NewText("case", "en", EVIL, EVIL, ("SUV",)), kind="ticket")
    html = client.get("/solutions/case").text
    page = data(html)
    assert page["@type"] == "QAPage"
    assert page["mainEntity"]["name"] == EVIL  # type: ignore[index,call-overload]
    assert page["about"] == [{"@type": "Product", "name": "Tarnwald"}]
    assert "<script>alert" not in html


def test_in_the_course_of_a_search_the_solution_alone_changes_its_language(client: TestClient):
    key = client.post("/searches", data={"q": "descaling"}).headers["location"].rsplit("/", 1)[1]
    html = client.get(f"/de/solutions/descale?search={key}&language=ar").text
    assert '<html lang="de"' in html
    assert '<article class="solution" lang="ar"' in html
    assert f'href="/de/solutions/descale?search={key}&amp;language=en"' in html
    assert "ld+json" not in html
    assert 'href="/en/solutions/descale"' in client.get("/ar/solutions/descale").text


def test_a_reader_without_a_search_votes(client: TestClient, sessions_of: sessionmaker[Session]):
    html = client.get("/solutions/roof%2Frack%3F%231").text
    action = re.findall(r'action="(/solutions/[^"]+/vote)"', html)[0]
    said = {"read": "en", "kind": "rejected", "reason": "unclear"}
    assert client.post(action, data=said).headers["location"] == "/votes/rejected"
    assert client.post(f"/de{action}", data={"kind": "solved"}).headers["location"] == "/de/votes/solved"
    with db.reading(sessions_of) as session:
        assert votes.tally(session, "roof/rack?#1") == votes.Tally(solved=1, rejected=1)
    assert "Good to hear" in client.get("/votes/solved").text
    assert "Thank you for saying so" in client.get("/votes/rejected").text
    assert client.post("/solutions/nothing/vote", data=said).status_code == 404
    assert client.post("/solutions/staff-only/vote", data=said).status_code == 404
    assert client.post(action, data=said, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_reader_who_searched_is_counted_with_the_search(
    client: TestClient, sessions_of: sessionmaker[Session]
):
    key = client.post("/searches", data={"q": "descaling"}).headers["location"].rsplit("/", 1)[1]
    html = client.get(f"/solutions/descale?search={key}").text
    assert html.count(f'action="/searches/{key}/outcome"') == 2
    assert "/vote" not in html
    client.post(f"/searches/{key}/outcome", data={"solution": "descale", "kind": "solved", "read": "en"})
    with db.reading(sessions_of) as session:
        assert [each.kind for each in inquiries.recall(session, key).outcomes] == ["opened", "solved"]
        assert votes.tally(session, "descale") == votes.Tally(0, 0)


def test_a_translation_that_was_left_behind_says_so(client: TestClient, sessions_of: sessionmaker[Session]):
    assert "out of date" not in client.get("/en/solutions/cold-start").text
    newer = solutions.NewText("cold-start", "es", "El motor no arranca", "Otra bujía.", ("SUV",))
    put(sessions_of, newer, at=now() + timedelta(days=5))
    html = unescape(client.get("/en/solutions/cold-start").text)
    assert "This translation may be out of date" in html
    assert '<a href="/es/solutions/cold-start" lang="es"' in html
    assert "out of date" not in client.get("/es/solutions/cold-start").text


@pytest.mark.parametrize(
    ("path", "said"), [("/de/solutions/descale", True), ("/ar/solutions/descale", False)]
)
def test_a_solution_in_another_language_than_the_readers_says_so(client: TestClient, path: str, said: bool):
    assert ('class="notice"' in client.get(path).text) == said


def test_who_votes_without_end_is_asked_to_wait(client: TestClient):
    said = {"kind": "solved", "read": "en"}
    answers = [client.post("/solutions/descale/vote", data=said) for _ in range(VOTES.amount + 1)]
    assert [each.status_code for each in answers] == [303] * VOTES.amount + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
