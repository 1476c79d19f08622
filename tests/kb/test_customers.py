from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import customers, history
from kb.customers import Person
from kb.errors import Conflict, Invalid, NotFound
from kb.tables import Customer, Identity

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def identities(session: Session, customer: int) -> list[tuple[str, str, bool]]:
    rows = session.scalars(select(Identity).where(Identity.customer_id == customer).order_by(Identity.id))
    return [(row.kind, row.value, row.verified_at is not None) for row in rows]


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+34 600 123 456", None, "+34600123456"),
        ("600 123 456", "ES", "+34600123456"),
        ("(0)30 / 1234567", "DE", "+49301234567"),
        ("030 1234567", None, "0301234567"),
        ("٠٣٠١٢٣٤٥٦٧", None, "0301234567"),
    ],
)
def test_telephone_numbers(text: str, country: str | None, number: str):
    assert customers.normal_phone(text, country) == number


@pytest.mark.parametrize("text", ["", "call me", "12", "0301234567 x anna", "1" * 40])
def test_what_is_no_telephone_number(text: str):
    with pytest.raises(Invalid, match="is not a telephone number; write it as"):
        customers.normal_phone(text, None)


def test_addresses():
    assert customers.normal_email("  Ana.B+x@Example.ORG ") == "ana.b+x@example.org"
    for text in (
        "",
        "ana",
        "ana@",
        "@example.org",
        "a b@example.org",
        "ana@localhost",
        "a@b..c",
        "a" * 250 + "@b.cd",
    ):
        with pytest.raises(Invalid, match="is not an e-mail address"):
            customers.normal_email(text)


def test_one_person_is_found_by_any_identity(session: Session):
    ana = customers.find_or_create(session, Person("Ana", "ana@example.org", host_id="7"), at=MOMENT)
    assert customers.find_or_create(session, Person(email="ANA@example.org", phone="+34600123456")) == ana
    assert customers.find_or_create(session, Person("A. B.", phone="+34 600 123 456", country="ES")) == ana
    assert identities(session, ana) == [
        ("host", "7", False),
        ("email", "ana@example.org", False),
        ("phone", "+34600123456", False),
    ]
    known = session.get_one(Customer, ana)
    assert (known.name, known.country) == ("Ana", "ES")
    assert customers.find_or_create(session, Person("Ana")) != ana


def test_what_nobody_proved_adds_nothing_to_a_proven_record(session: Session):
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    assert customers.verify(session, "email", "ana@example.org", at=MOMENT) == ana
    stranger = Person("Mallory", "ana@example.org", "+34 600 999 999")
    assert customers.find_or_create(session, stranger) == ana
    assert identities(session, ana) == [("email", "ana@example.org", True)]
    assert session.get_one(Customer, ana).name is None
    assert customers.find_or_create(session, stranger, verified=True) == ana
    assert identities(session, ana)[1] == ("phone", "+34600999999", True)
    with pytest.raises(NotFound):
        customers.verify(session, "email", "nobody@example.org")


def test_an_identity_of_somebody_else_stays_theirs(session: Session):
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    ben = customers.find_or_create(session, Person(phone="+34600123456"))
    both = Person(email="ana@example.org", phone="+34600123456")
    assert customers.find_or_create_many(session, [both, both]) == [ana, ana]
    assert identities(session, ben) == [("phone", "+34600123456", False)]


def test_many_at_once_are_found_like_one_by_one(session: Session):
    people = [Person(email=f"p{number % 3}@example.org") for number in range(7)]
    found = customers.find_or_create_many(session, people)
    assert found[:3] == sorted(set(found))
    assert found == [found[number % 3] for number in range(7)]


def test_a_correction_is_kept_with_what_was_there_before(session: Session):
    ana = customers.find_or_create(session, Person("Anna", "ana@example.org"))
    customers.correct(session, ana, "name", "Ana", actor="customer", why="one n", at=MOMENT)
    customers.correct(session, ana, "name", "Ana", actor="customer", why="again")
    customers.correct(session, ana, "country", "es", actor="customer", why="moved", at=MOMENT)
    customers.correct(session, ana, "country", " ", actor="customer", why="no matter", at=MOMENT)
    assert [(each.why, each.changes) for each in history.changes(session, "customer", ana)] == [
        ("one n", {"name": ["Anna", "Ana"]}),
        ("moved", {"country": [None, "ES"]}),
        ("no matter", {"country": ["ES", None]}),
    ]
    with pytest.raises(Invalid, match="“Spain” is not a country"):
        customers.correct(session, ana, "country", "Spain", actor="customer", why="?")


def test_merging_can_be_undone(session: Session):
    a, b, c = (customers.find_or_create(session, Person(email=f"{name}@example.org")) for name in "abc")
    customers.merge(session, b, a, actor="ben", why="same person", at=MOMENT)
    customers.merge(session, c, b, actor="ben", why="same person", at=MOMENT)
    assert customers.records(session, c) == (a, b, c)
    assert customers.find_or_create(session, Person(email="c@example.org")) == a
    for one, other in ((b, a), (a, c), (a, a)):
        with pytest.raises(Conflict, match="already one person"):
            customers.merge(session, one, other, actor="ben", why="?")
    customers.unmerge(session, b, actor="ben", why="two people")
    assert customers.records(session, b) == (b,)
    assert customers.records(session, a) == (a, c)
    assert [each.changes for each in history.changes(session, "customer", b)] == [
        {"merged_into": [None, a]},
        {"merged_into": [a, None]},
    ]
    with pytest.raises(Conflict, match="not merged"):
        customers.unmerge(session, b, actor="ben", why="?")
    with pytest.raises(NotFound):
        customers.merge(session, 999, a, actor="ben", why="?")
