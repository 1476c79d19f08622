import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kb import catalogue, customers, db, documents, solutions, tickets, tracking
from kb.errors import Conflict, Invalid, Mistyped, NotFound
from kb.products import Product
from kb.solutions import NewText
from kb.tables import TICKET_KINDS, TICKET_STATES, Customer, Identity, Ticket, TicketEvent
from kb.ticket_history import Step
from kb.tickets import NewTicket

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
LEAK = NewTicket("problem", "It leaks", "Water runs out at the front.", email="Ana@Example.org", name="Ana")


def test_a_ticket_gets_a_number_and_its_status_says_how_far_it_is(session: Session):
    opened = tickets.open_ticket(session, LEAK, at=MOMENT)
    assert opened.created
    assert tracking.parse(opened.number) == opened.number
    status = tickets.status_by_number(session, tracking.display(opened.number).lower())
    assert status == tickets.TicketStatus(
        number=opened.number,
        state="open",
        kind="problem",
        created_at=MOMENT,
        last_change=MOMENT,
        next_step="Our support team will read your report and answer it.",
        history=(Step(MOMENT, state="open"),),
        team=None,
    )


def test_the_form_carries_over_what_is_known(session: Session):
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")
    asked = NewTicket(
        "bug",
        " Two\x00 lines ",
        "Text \ud800",
        channel="phone",
        language="pt_br",
        country="es",
        products=("k1",),
        phone="600 123 456",
        search_id="unknown",
        rejected=("a", "b"),
    )
    tickets.open_ticket(session, asked, at=MOMENT)
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.subject, ticket.description) == ("Two lines", "Text ?")
    assert (ticket.language, ticket.country, ticket.rejected) == ("pt-BR", "ES", ["a", "b"])
    assert [product.code for product in ticket.products] == ["k1"]
    assert session.scalars(select(Identity.value)).one() == "+34600123456"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"subject": " \n"}, "subject", "Please say in a line what it is about."),
        ({"description": "\x00"}, "description", "Please describe what happens."),
        ({"subject": "x" * 201}, "subject", "The subject has 201 characters; at most 200 can be sent."),
        (
            {"description": "x" * 1_000_000},
            "description",
            "The description has 1,000,000 characters; at most 20,000 can be sent.",
        ),
        ({"kind": "wish"}, "kind", "A ticket is one of problem, bug, request."),
        ({"channel": "fax"}, "channel", "A channel is one of web, widget, email, phone, chat, store, api."),
        ({"email": "ana at home"}, "email", "“ana at home” is not an e-mail address."),
        ({"phone": "call me"}, "phone", "“call me” is not a telephone number; write it as +34 600 123 456."),
        (
            {"language": "Spanish"},
            "language",
            "“Spanish” is not a language; give a code such as es or pt-BR.",
        ),
        ({"products": ("k9",)}, "products", "There is no product with the code “k9”."),
    ],
)
def test_a_report_that_cannot_be_filed_gets_a_sentence(
    session: Session, changed: dict[str, object], field: str, sentence: str
):
    with pytest.raises(Invalid) as caught:
        tickets.open_ticket(session, replace(LEAK, **changed))
    assert (str(caught.value), caught.value.field) == (sentence, field)
    assert session.scalars(select(func.count(Ticket.id))).one() == 0


def test_the_same_key_gives_the_same_ticket_and_other_content_is_a_conflict(session: Session):
    first = tickets.open_ticket(session, LEAK, "key-1")
    again = tickets.open_ticket(session, LEAK, "key-1")
    assert (again.number, again.created) == (first.number, False)
    with pytest.raises(Conflict, match="used before, for a ticket with other content") as caught:
        tickets.open_ticket(session, NewTicket("problem", "Other", "Other"), "key-1")
    assert caught.value.number == first.number
    assert tickets.open_ticket(session, LEAK, "key-2").number != first.number
    assert tickets.open_ticket(session, LEAK).created
    with pytest.raises(Invalid, match="at most 200 characters"):
        tickets.open_ticket(session, LEAK, "k" * 201)


def test_a_hundred_parallel_posts_with_one_key_give_one_ticket(sessions: sessionmaker[Session]):
    numbers: list[tuple[str, bool]] = []
    failures: list[BaseException] = []

    def post() -> None:
        try:
            for _ in range(10):
                with db.transaction(sessions) as session:
                    opened = tickets.open_ticket(session, LEAK, "one-key")
                numbers.append((opened.number, opened.created))
        except BaseException as error:  # noqa: BLE001  # reported below, in the thread of the test
            failures.append(error)

    threads = [threading.Thread(target=post) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(numbers) == 100
    assert len({number for number, _ in numbers}) == 1
    assert sum(created for _, created in numbers) == 1
    with db.reading(sessions) as session:
        for table in (Ticket, TicketEvent, Customer, Identity):
            assert session.scalars(select(func.count()).select_from(table)).one() == 1


def test_parallel_tickets_of_one_person_belong_to_one_customer(sessions: sessionmaker[Session]):
    def post(number: int) -> None:
        with db.transaction(sessions) as session:
            tickets.open_ticket(session, LEAK, f"key-{number}")

    threads = [threading.Thread(target=post, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(sessions) as session:
        assert session.scalars(select(func.count(Ticket.id))).one() == 8
        assert session.scalars(select(func.count(Customer.id))).one() == 1


def test_unknown_and_deleted_numbers_answer_alike_and_typing_errors_do_not(session: Session):
    number = tickets.open_ticket(session, LEAK).number
    tickets.delete(session, number, actor="ana", why="asked for it")
    sentences = set()
    for unknown in (number, tracking.new()):
        with pytest.raises(NotFound) as caught:
            tickets.status_by_number(session, unknown)
        sentences.add(str(caught.value))
    assert sentences == {"There is no ticket with this number."}
    with pytest.raises(Mistyped):
        tickets.status_by_number(session, number[:-1] + ("0" if number[-1] != "0" else "1"))


def test_search_forgets_the_words_of_a_deleted_ticket(session: Session):
    number = tickets.open_ticket(session, LEAK).number
    row = session.scalars(select(Ticket.id)).one()
    solutions.put(session, [NewText("seal", "en", "T", "B")], kind="ticket", actor="a", why="b")
    solutions.add_phrasing(session, "seal", "runs out", "en", source="ticket", origin=f"ticket:{row}")
    tickets.delete(session, number, actor="ana", why="asked for it")
    assert [each.phrasings for each in documents.documents(session)] == [()]


def test_every_change_is_kept_with_who_when_and_why(session: Session):
    number = tickets.open_ticket(session, LEAK, at=MOMENT).number
    steps = ["answered", "solved", "reopened", "solved", "closed"]
    for hour, state in enumerate(steps, start=1):
        tickets.change_status(
            session, number, state, actor="ben", why=f"step {hour}", at=MOMENT + timedelta(hours=hour)
        )
    status = tickets.status_by_number(session, number)
    assert [step.state for step in status.history] == ["open", *steps]
    assert status.last_change == MOMENT + timedelta(hours=5)
    events = session.scalars(select(TicketEvent).order_by(TicketEvent.id)).all()
    assert [(each.actor, each.why, each.old, each.new) for each in events][:3] == [
        ("customer", "came over web", None, "open"),
        ("ben", "step 1", "open", "answered"),
        ("ben", "step 2", "answered", "solved"),
    ]


@pytest.mark.parametrize(
    ("kind", "state", "possible"),
    [
        ("problem", "open", {"answered", "solved", "closed"}),
        ("bug", "solved", {"closed", "reopened"}),
        ("request", "open", {"answered", "planned", "shipped", "declined", "closed"}),
        ("request", "planned", {"answered", "shipped", "declined", "closed", "reopened"}),
        ("request", "shipped", {"closed", "reopened"}),
        ("problem", "closed", {"reopened"}),
        ("bug", "reopened", {"answered", "solved", "closed"}),
    ],
)
def test_where_a_ticket_can_go(kind: str, state: str, possible: set[str]):
    assert tickets.next_states(kind, state) == possible


def test_a_change_that_cannot_be_gets_a_sentence(session: Session):
    number = tickets.open_ticket(session, LEAK).number
    with pytest.raises(Conflict, match=r"^A problem that is open cannot become shipped\.$"):
        tickets.change_status(session, number, "shipped", actor="ben", why="?")
    with pytest.raises(Conflict, match="cannot become nonsense"):
        tickets.change_status(session, number, "nonsense", actor="ben", why="?")


def test_every_state_has_a_next_step_and_can_be_left_for_known_ones_only():
    assert set(tickets.NEXT_STEPS) == set(TICKET_STATES)
    for kind in TICKET_KINDS:
        for state in TICKET_STATES:
            assert tickets.next_states(kind, state) <= set(TICKET_STATES) - {state}


@hypothesis_settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.text(min_size=1, max_size=200), st.text(min_size=1))
def test_any_text_is_filed_or_refused_with_a_sentence(session: Session, subject: str, description: str):
    try:
        opened = tickets.open_ticket(session, NewTicket("problem", subject, description))
    except Invalid:
        return
    assert tickets.status_by_number(session, opened.number).state == "open"


def test_a_ticket_without_a_contact_has_no_customer(session: Session):
    tickets.open_ticket(session, NewTicket("problem", "Anonymous", "Nobody says who."))
    assert session.scalars(select(Ticket.customer_id)).one() is None
    tickets.open_ticket(session, LEAK)
    owner = session.scalars(select(Ticket.customer_id).order_by(Ticket.id.desc())).first()
    assert owner == customers.find_or_create(session, customers.Person(email="ana@example.org"))
