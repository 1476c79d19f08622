"""Search for programs."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from kb import db, inquiries, solutions
from service.search.texts import TEXTS

NO_COUNTRY = "“Q9” is not a country; give two letters of ISO 3166, such as ES."
NO_LANGUAGE = "“klingon” is not a language; give a code such as es or pt-BR."
FROSTY = "my car will not turn over on frosty mornings"


def ask(client: TestClient, query: str, **more: object) -> dict:
    answer = client.post("/api/v1/search", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(found: dict) -> list[str]:
    return [each["id"] for each in found["solutions"]]


def test_an_answer_has_all_that_is_promised(client: TestClient):
    found = ask(client, FROSTY)
    assert set(found) == {
        "search", "query", "language", "products", "decision", "solutions", "incidents", "cut", "degraded",
    }  # fmt: skip
    assert found["query"] == FROSTY
    assert found["language"] == "en"
    assert (found["cut"], found["degraded"]) == (False, None)
    first = found["solutions"][0]
    assert set(first) == {
        "id", "title", "snippet", "language", "score", "probability", "products", "why",
    }  # fmt: skip
    assert (first["id"], first["language"], first["products"]) == ("cold-start", "en", ["SUV"])
    assert len(ids(found)) == 3
    assert found["decision"]["action"] in {"answer", "ask"}
    assert 0 <= found["decision"]["probability"] <= 1


def test_the_reader_gets_the_translation_and_the_name_of_their_country(client: TestClient):
    found = ask(client, "El Ostrevo no arranca con el frío", country="ES", language="es")
    assert (found["solutions"][0]["id"], found["solutions"][0]["language"]) == ("cold-start", "es")
    assert found["products"][0]["code"] == "SUV"
    assert found["products"][0]["name"] == "Tarnwald"
    assert found["products"][0]["matched"] == "Ostrevo"
    assert "Ostrevo" in found["products"][0]["via"]


def test_what_nothing_answers_is_escalated(client: TestClient):
    found = ask(client, "Which planets have rings, and who wrote the sonnet about them?")
    assert found["decision"]["action"] == "escalate"


def test_what_employees_read_is_not_found(client: TestClient):
    assert "staff-only" not in ids(ask(client, "How agents refund an order by hand", limit=10))


def test_what_was_withdrawn_after_indexing_is_not_shown(
    client: TestClient, sessions_of: sessionmaker[Session]
):
    assert ids(ask(client, FROSTY))[0] == "cold-start"
    with db.transaction(sessions_of) as session:
        solutions.withdraw(session, "cold-start", None, actor="ana", why="wrong")
    found = ask(client, FROSTY)
    suggested = client.get("/api/v1/suggest", params={"q": "engine does not start in cold"}).json()
    assert "cold-start" not in ids(found) + [each["id"] for each in suggested["suggestions"]]
    assert found["decision"]["action"] != "answer"


def test_a_search_is_recorded_with_what_was_shown(client: TestClient, sessions_of: sessionmaker[Session]):
    found = ask(client, FROSTY, country="gb")
    client.app.state.services.recorder.settle(found["search"])
    with db.reading(sessions_of) as session:
        recorded = inquiries.recall(session, found["search"])
    assert (recorded.text, recorded.language, recorded.country) == (FROSTY, "en", "GB")
    assert recorded.action == found["decision"]["action"]
    assert [each.id for each in recorded.shown] == ids(found)


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"query": ""}, "query", TEXTS["empty"]),
        ({"query": "  \n "}, "query", TEXTS["empty"]),
        ({"query": "\x00\x07"}, "query", TEXTS["empty"]),
        ({"query": "👍🔥"}, "query", TEXTS["wordless"]),
        ({"query": "?!…"}, "query", TEXTS["wordless"]),
        ({}, "query", "“query” is missing."),
        ({"query": 3}, "query", "“query” must be a text."),
        ({"query": "a", "country": "Q9"}, "country", NO_COUNTRY),
        ({"query": "a", "language": "klingon"}, "language", NO_LANGUAGE),
        ({"query": "a", "limit": 0}, "limit", "“limit” must be at least 1."),
        ({"query": "a", "limit": 11}, "limit", "“limit” must be at most 10."),
        ({"query": "a", "colour": "red"}, "colour", "“colour” is not a field that we know."),
    ],
)  # fmt: skip
def test_bad_input_gets_a_clear_sentence(blank: TestClient, body: dict, field: str, sentence: str):
    answer = blank.post("/api/v1/search", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 422
    assert problem["type"] == "urn:precedent:problem:invalid"
    assert problem["detail"] == sentence
    assert problem["errors"] == [{"field": field, "detail": sentence}]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe\x00", b"[]", b'"text"', b'{"query": "\\ud800"}', b"null", b'{"query":"a"}x'],
)
def test_bodies_that_cannot_be_read_get_a_clear_sentence(blank: TestClient, body: bytes):
    answer = blank.post("/api/v1/search", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


def test_a_text_of_a_megabyte_is_cut_and_that_is_said(client: TestClient):
    found = ask(client, f"{FROSTY}. " + "lorem ipsum " * 90_000)
    assert found["cut"] is True
    assert len(found["query"]) <= 2000
    assert len(found["solutions"]) == 3


def test_without_an_index_nothing_fails_and_it_says_so(bare: TestClient):
    found = ask(bare, FROSTY)
    assert found["solutions"] == []
    assert found["decision"]["action"] == "escalate"
    assert "index" in found["degraded"]
    assert found["search"]


def test_suggestions_are_titles(client: TestClient):
    answer = client.get("/api/v1/suggest", params={"q": "vacuum cleaner whis"})
    assert answer.status_code == 200
    assert answer.json()["suggestions"][0] == {
        "id": "vacuum-whistles",
        "language": "en",
        "title": "The vacuum cleaner whistles",
    }


@pytest.mark.parametrize("typed", ["", " ", "👍", "\x00"])
def test_nothing_typed_suggests_nothing(client: TestClient, typed: str):
    assert client.get("/api/v1/suggest", params={"q": typed}).json() == {"suggestions": []}


def test_without_an_index_nothing_is_suggested(blank: TestClient):
    assert blank.get("/api/v1/suggest", params={"q": "vac"}).json() == {"suggestions": []}


def test_a_solution_is_read_in_the_language_that_is_asked_for(client: TestClient):
    spanish = client.get("/api/v1/solutions/cold-start", params={"language": "es-MX"}).json()
    assert (spanish["language"], spanish["languages"]) == ("es", ["en", "es"])
    assert spanish["title"] == "El motor no arranca cuando hace frío"
    assert client.get("/api/v1/solutions/cold-start", params={"language": "fr"}).json()["language"] == "en"
    assert spanish["products"] == ["SUV"]


def test_an_id_may_hold_any_character(client: TestClient, sessions_of: sessionmaker[Session]):
    odd = ["roof/rack?#1", "a b", "ü/日本", "100%", "x\ny", "/", "a/../b", "outcome", "id.json"]
    with db.transaction(sessions_of) as session:
        new = [solutions.NewText(id, "en", f"Title of {id!r}", "Body.") for id in odd[1:]]
        solutions.put(session, new, kind="article", actor="tests", why="odd ids")
    for id in odd:
        assert client.get(f"/api/v1/solutions/{quote(id, safe='')}").json()["id"] == id
        assert client.get(f"/solutions/{quote(id, safe='')}").status_code == 200


@pytest.mark.parametrize("id", ["nowhere", "staff-only"])
def test_unknown_and_forbidden_solutions_read_alike(client: TestClient, id: str):
    answer = client.get(f"/api/v1/solutions/{id}")
    assert answer.status_code == 404
    assert answer.json() == client.get("/api/v1/solutions/other").json()


def test_outcomes_are_recorded(client: TestClient, sessions_of: sessionmaker[Session]):
    key = ask(client, FROSTY)["search"]
    said = [
        {"kind": "opened", "solution": "cold-start"},
        {"kind": "rejected", "solution": "flat-tyre", "reason": "other-problem"},
        {"kind": "solved", "solution": "cold-start"},
        {"kind": "rejected"},
    ]
    for each in said:
        answer = client.post(f"/api/v1/searches/{key}/outcome", json=each)
        assert (answer.status_code, answer.content) == (204, b"")
    with db.reading(sessions_of) as session:
        outcomes = inquiries.recall(session, key).outcomes
    assert [(each.kind, each.solution, each.reason) for each in outcomes] == [
        ("opened", "cold-start", None),
        ("rejected", "flat-tyre", "other-problem"),
        ("solved", "cold-start", None),
        ("rejected", None, None),
    ]


def test_an_outcome_of_an_unknown_search_is_404(bare: TestClient):
    answer = bare.post("/api/v1/searches/nowhere/outcome", json={"kind": "solved"})
    assert answer.status_code == 404


def test_an_outcome_that_does_not_exist_is_refused(blank: TestClient):
    answer = blank.post("/api/v1/searches/x/outcome", json={"kind": "liked"})
    assert answer.json()["detail"] == "“kind” must be one of 'opened', 'solved' or 'rejected'."
