"""The search pages without a browser: what they say and do when something is missing or wrong."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kb import db, inquiries, solutions
from kb.tables import Search
from service.app import create_app
from service.search.texts import TEXTS

FROSTY = "my car will not turn over on frosty mornings"


def submit(client: TestClient, text: str, **more: str) -> str:
    answer = client.post("/searches", data={"q": text, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def page(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_a_search_has_an_address_that_nobody_can_guess_and_that_can_be_reloaded(client: TestClient):
    first, second = submit(client, FROSTY), submit(client, FROSTY)
    assert first != second
    assert re.fullmatch(r"/searches/[\w-]{22,}", first)
    assert page(client, first) == page(client, first)
    assert "The engine does not start in cold weather" in page(client, first)
    assert client.get(first).headers["cache-control"] == "no-store"


def test_a_reload_records_nothing_and_shows_what_was_withdrawn_no_more(
    client: TestClient, sessions_of: sessionmaker[Session]
):
    path = submit(client, FROSTY)
    with db.transaction(sessions_of) as session:
        solutions.withdraw(session, "cold-start", None, actor="ana", why="wrong")
    assert "The engine does not start" not in page(client, path)


def test_what_was_typed_is_in_the_box_again(client: TestClient):
    text = '</textarea><script>alert("x")</script>\n  & “more”'
    html = client.get(submit(client, text, country="ES", language="pt-BR")).text
    assert "<script>alert" not in html
    assert f"\n{text}</textarea>" in unescape(html)
    assert '<option value="ES" selected>Spain</option>' in html
    assert '<option value="pt-BR" lang="pt-BR" selected>' in html


def test_the_default_country_is_chosen_already(company_settings, embedder):
    with TestClient(create_app(company_settings.changed(default_country="GB"), embedder)) as client:
        assert '<option value="GB" selected>United Kingdom</option>' in client.get("/").text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"q": "It squeaks", "country": "Q9"}, "“Q9” is not a country"),
        ({"q": "It squeaks", "language": "klingon"}, "“klingon” is not a language"),
        ({"q": "\x00\x01It", "country": "Q9"}, "“Q9” is not a country"),
        ({"q": "👍"}, TEXTS["wordless"]),
        ({}, TEXTS["empty"]),
    ],
)
def test_a_mistake_is_said_and_the_text_stays(blank: TestClient, form: dict[str, str], sentence: str):
    answer = blank.post("/searches", data=form)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert form.get("q", "").strip("\x00\x01") + "</textarea>" in answer.text


def test_a_language_without_a_name_can_be_chosen_again(client: TestClient):
    html = client.get(submit(client, "It squeaks", language="tlh")).text
    assert '<option value="tlh" lang="tlh" selected>tlh</option>' in html


def test_without_an_index_the_form_is_there_with_what_was_typed(bare: TestClient):
    html = page(bare, submit(bare, "It squeaks. Only at night."))
    assert "Our search does not work right now" in html
    assert 'name="subject" value="It squeaks."' in html
    assert "It squeaks. Only at night.</textarea>" in html
    assert "precedent index" not in html


def test_none_of_these_is_recorded_and_opens_the_form(client: TestClient, sessions_of: sessionmaker[Session]):
    path = submit(client, FROSTY)
    answer = client.post(f"{path}/none")
    key = path.rsplit("/", 1)[1]
    assert answer.headers["location"] == f"/tickets/new?search={key}"
    with db.reading(sessions_of) as session:
        (said,) = inquiries.recall(session, key).outcomes
    assert (said.kind, said.solution, said.reason) == ("rejected", None, "none-of-these")


def test_opening_and_judging_a_solution_is_recorded(client: TestClient, sessions_of: sessionmaker[Session]):
    path = submit(client, FROSTY)
    key = path.rsplit("/", 1)[1]
    page(client, f"/solutions/cold-start?search={key}")
    client.post(
        f"{path}/outcome", data={"solution": "cold-start", "kind": "rejected", "reason": "did-not-work"}
    )
    client.post(f"{path}/outcome", data={"solution": "cold-start", "kind": "solved", "reason": "nonsense"})
    with db.reading(sessions_of) as session:
        outcomes = inquiries.recall(session, key).outcomes
    assert [(each.kind, each.solution, each.reason) for each in outcomes] == [
        ("opened", "cold-start", None),
        ("rejected", "cold-start", "did-not-work"),
        ("solved", "cold-start", None),
    ]


def test_when_all_were_rejected_the_form_is_there(client: TestClient):
    path = submit(client, FROSTY)
    shown = re.findall(r'href="/solutions/([^?"]+)\?search=', client.get(path).text)
    assert len(shown) == 3
    for number, id in enumerate(shown, start=1):
        client.post(f"{path}/outcome", data={"solution": id, "kind": "rejected"})
        html = page(client, path)
        if number < 3:
            assert TEXTS["headline"]["ask_rest"] in html
    assert TEXTS["headline"]["escalate"] in html
    assert html.count("This did not help:") == 3
    assert '<form class="ticket fields" method="post" action="/tickets"' in html


def test_a_second_search_from_the_results_is_the_same_matter(
    client: TestClient, sessions_of: sessionmaker[Session]
):
    first = submit(client, "It squeaks").rsplit("/", 1)[1]
    second = submit(client, "The wheel squeaks", previous=first).rsplit("/", 1)[1]
    other = submit(client, "The wheel squeaks").rsplit("/", 1)[1]
    for key in (first, second, other):
        client.app.state.services.recorder.settle(key)
    with db.reading(sessions_of) as session:
        found = dict(session.execute(select(Search.key, Search.inquiry_id)).all())
    assert found[first] == found[second] != found[other]


@pytest.mark.parametrize("path", ["/searches/x", "/searches/x/solved"])
def test_a_search_that_is_gone_says_so(blank: TestClient, path: str):
    answer = blank.get(path)
    assert answer.status_code == 404
    assert TEXTS["gone"] in answer.text


def test_a_solution_from_a_search_that_is_gone_can_still_be_read(client: TestClient):
    html = page(client, "/solutions/descale?search=gone")
    assert "Descaling the coffee machine" in html
    assert 'action="/solutions/descale/vote"' in html
    assert 'action="/searches/' not in html


def test_the_address_of_the_form_leads_back_when_it_is_reloaded(blank: TestClient):
    assert blank.get("/searches").headers["location"] == "/"
    assert blank.get("/tickets").headers["location"] == "/tickets/new"


def test_a_text_too_short_to_tell_its_language_speaks_as_its_reader_does(client: TestClient):
    def titles(**headers: str) -> str:
        answer = client.post("/searches", data={"q": "E18 descale"}, headers=headers)
        return page(client, answer.headers["location"])

    assert "إزالة الكلس من آلة القهوة" in titles(**{"accept-language": "ar-EG"})
    assert "إزالة الكلس من آلة القهوة" not in titles()
