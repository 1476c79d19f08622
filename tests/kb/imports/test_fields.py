from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import Invalid
from kb.imports import fields
from kb.imports.articles import ArticleLine
from kb.imports.tickets import TicketLine
from kb.tables import now

ARTICLE = {"id": "a", "title": "T", "body": "B", "language": "en"}
TICKET = {"id": 1, "subject": "S", "description": "D", "status": "Resolved", "created_at": "2026-03-01"}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"title": None}, "“title” is missing"),
        ({"title": " \n"}, "“title” is empty"),
        ({"title": ["x"]}, "“title” must be text"),
        ({"title": "x", "body": 1.5}, "“body” must be text"),
        ({"body": "x" * 10_485_760}, "“body” has 10,485,760 characters; at most 1,000,000 can be kept"),
        ({"body": "half \ud800"}, "“body” holds half a character (a lone surrogate)"),
        ({"id": "two\nlines"}, "“id” holds a line break or another control character"),
        ({"language": "Spanish"}, "“language”: “Spanish” is not a language; give a code such as es or pt-BR"),
        (
            {"visibility": "secret"},
            "“visibility” is “secret”; it must be one of public, customers, employees",
        ),
        ({"products": "[1,"}, "“products” is not valid JSON"),
        ({"products": {"a": 1}}, "“products” input should be a valid tuple"),
        ({"id": None, "body": ""}, "“id” is missing; “body” is empty"),
    ],
)
def test_what_is_wrong_with_an_article_is_said(values: dict[str, object], reason: str):
    with pytest.raises(Invalid) as caught:
        fields.check(ArticleLine, ARTICLE | values)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            {"created_at": "yesterday"},
            "“created_at” is “yesterday”; write a date such as 2026-03-01T12:30:00Z",
        ),
        (
            {"created_at": 1700000000},
            "“created_at” is “1700000000”; write a date such as 2026-03-01T12:30:00Z",
        ),
        ({"created_at": "1826-03-01"}, "“created_at” is 1826-03-01, which cannot be"),
        (
            {"created_at": "9999-12-31T23:59:59-10:00"},
            "“created_at” is “9999-12-31T23:59:59-10:00”; write a date",
        ),
        ({"solved_at": "2999-01-01"}, "“solved_at” is 2999-01-01, which cannot be"),
        (
            {"status": "weird"},
            "“status” is “weird”; it must be one of open, answered, solved, closed, reopened,",
        ),
        (
            {"customer": {"country": "Spain"}},
            "“customer.country”: “Spain” is not a country; give two letters of",
        ),
        (
            {"messages": [{"author": "bot", "text": "x", "at": "2026-01-01"}]},
            "“messages.0.author” is “bot”; it",
        ),
        ({"messages": "not json"}, "“messages” is not valid JSON"),
    ],
)
def test_what_is_wrong_with_a_ticket_is_said(values: dict[str, object], reason: str):
    with pytest.raises(Invalid) as caught:
        fields.check(TicketLine, TICKET | values)
    assert str(caught.value).startswith(reason)


def test_a_ticket_in_cells_reads_like_one_in_json():
    line = fields.check(
        TicketLine,
        TICKET
        | {
            "products": "k1; k2",
            "channel": "E-Mail",
            "country": "uk",
            "language": "",
            "customer": '{"id": 7, "email": null}',
            "messages": '[{"author":"agent","public":"true","text":"Hi","at":"2026-03-01T10:00:00+02:00"}]',
        },
    )
    assert (line.id, line.status, line.channel, line.country, line.language) == (
        "1",
        "solved",
        "email",
        "GB",
        None,
    )
    assert line.products == ("k1", "k2")
    assert line.customer is not None
    assert (line.customer.id, line.customer.email) == ("7", None)
    assert line.messages[0].public
    assert line.messages[0].at == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_a_date_without_a_zone_is_utc():
    assert fields.moment("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    assert fields.moment(" 2026-03-01 10:00 ") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert fields.moment("2026-03-01T10:00:00Z") == fields.moment("2026-03-01T12:00:00+02:00")


@given(st.text())
def test_any_text_for_a_date_is_read_or_refused(text: str):
    try:
        moment = fields.moment(text)
    except ValueError:
        return
    assert 1970 <= moment.year <= now().year + 1


def test_names_without_a_meaning_are_told():
    assert fields.unknown(ArticleLine, ARTICLE | {"colour": "red", "author": None}) == ["colour", "author"]
