"""The ticket form: what it is opened with, and what it says of mistakes."""

from datetime import UTC, datetime

import pytest

from kb.inquiries import RecordedSearch
from service.tickets import form
from service.tickets.schema import TicketRequest

SEARCH = RecordedSearch(
    "key",
    datetime(2026, 11, 22, tzinfo=UTC),
    "It squeaks. At night!",
    "en",
    "GB",
    ("SUV",),
    "ask",
    0.5,
    (),
    (),
)


def filled(**changes: str) -> form.TicketForm:
    values = {"key": "a-key-of-mine", "kind": "bug", "subject": "It squeaks", "description": "At night."}
    return form.typed(values | changes)


def test_it_opens_with_what_was_typed():
    opened = form.opened(SEARCH, ["Tarnwald"])
    assert (opened.subject, opened.description) == ("It squeaks.", "It squeaks. At night!")
    assert (opened.search, opened.country, opened.language) == ("key", "GB", "en")
    assert opened.products == ("Tarnwald",)


def test_every_opened_form_has_a_key_of_its_own():
    keys = {form.opened(None).key for _ in range(100)}
    assert len(keys) == 100
    assert min(len(key) for key in keys) >= 22


def test_a_form_that_was_sent_keeps_its_key():
    assert filled().key == "a-key-of-mine"
    assert len(filled(key="").key) >= 22
    assert len(filled(key="x" * 500).key) < 100


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One. Two.", "One."),
        ("One\nTwo", "One"),
        ("  One?  Two", "One?"),
        ("word " * 40, ("word " * 18).strip() + "…"),
        ("漢" * 200, "漢" * 90 + "…"),
        ("電源が入りません。 助けて", "電源が入りません。"),
        ("version 2.5 fails", "version 2.5 fails"),
    ],
)
def test_the_subject_is_the_first_sentence(text: str, line: str):
    assert form.one_line(text) == line


def test_a_right_form_makes_a_request():
    request = form.check(filled(email="ana@example.com", country="ES"))
    assert isinstance(request, TicketRequest)
    assert (request.kind, request.subject, request.country) == ("bug", "It squeaks", "ES")
    assert (request.customer.email, request.customer.phone) == ("ana@example.com", None)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"subject": ""}, "subject", "Please say in one line what it is about."),
        ({"description": ""}, "description", "Please say what happened."),
        (
            {"description": "x" * 20_001},
            "description",
            "This has 20,001 characters; we take 20,000. Please shorten it.",
        ),
        ({"kind": "praise"}, "kind", "Please choose what it is."),
        ({"email": "nobody"}, "email", "“nobody” is not an e-mail address."),
        ({"name": "x" * 201}, "name", "This name is longer than 200 characters."),
    ],
)
def test_a_mistake_is_said_of_its_field(changes: dict[str, str], field: str, sentence: str):
    assert form.check(filled(**changes)) == {field: sentence}


def test_the_first_mistake_gets_the_focus():
    wrong = form.TicketForm("key", problems={"email": "a", "subject": "b"})
    assert wrong.first_problem == "subject"
    assert form.TicketForm("key", problems={"search": "a"}).first_problem is None
