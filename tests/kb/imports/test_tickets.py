import csv
import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import catalogue, documents, history, solutions, tickets, timeline
from kb.documents import Document
from kb.imports import import_path
from kb.imports.tickets import import_tickets
from kb.products import Product
from kb.tables import Customer, Identity, Ticket, TicketEvent, TicketMessage
from kb.ticket_history import Step

ROW = {
    "subject": "No heat",
    "description": "It stays cold.",
    "status": "solved",
    "language": "en",
    "created_at": "2026-03-01T10:00:00Z",
    "solved_at": "2026-03-02T10:00:00Z",
    "resolution": "Bleed the pump.",
}
MESSAGES = [
    {"author": "customer", "public": True, "text": "Still cold?", "at": "2026-03-01T11:00:00"},
    {"author": "agent", "public": False, "text": "He again.", "at": "2026-03-01T12:00:00+01:00"},
]


def row(id: object, **more: object) -> dict[str, object]:
    return {"id": id} | ROW | more


def write(path: Path, *rows: dict[str, object] | str) -> Path:
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in rows))
    return path


def found(session: Session) -> list[Document]:
    return list(documents.documents(session))


def test_a_ticket_comes_with_all_that_is_known_of_it(session: Session, tmp_path: Path):
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")
    customer = {"id": "c7", "name": "Ana", "email": "Ana@example.org", "phone": "600123456", "country": "es"}
    more = {"products": ["k1"], "channel": "phone", "customer": customer, "messages": MESSAGES, "kind": "bug"}
    report = import_tickets(session, write(tmp_path / "tickets.jsonl", row(1, **more)))
    assert (report.added, report.drafts, report.rejected) == (1, 1, [])
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.key, ticket.kind, ticket.channel, ticket.country, ticket.reviewed) == (
        "1",
        "bug",
        "phone",
        "ES",
        False,
    )
    assert [product.code for product in ticket.products] == ["k1"]
    assert [(m.author, m.public, m.text, m.at) for m in ticket.messages] == [
        ("customer", True, "Still cold?", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ("agent", False, "He again.", datetime(2026, 3, 1, 11, tzinfo=UTC)),
    ]
    status = tickets.status_by_number(session, ticket.number)
    assert status.history == (
        Step(datetime(2026, 3, 1, 10, tzinfo=UTC), state="open"),
        Step(datetime(2026, 3, 2, 10, tzinfo=UTC), state="solved"),
    )
    assert [(each.kind, each.value) for each in session.scalars(select(Identity).order_by(Identity.id))] == [
        ("host", "c7"),
        ("email", "ana@example.org"),
        ("phone", "+34600123456"),
    ]
    assert [each.kind for each in timeline.happenings(session, ticket.customer_id or 0)] == [
        "ticket open",
        "ticket solved",
    ]


def test_nothing_of_an_untrusted_ticket_is_searchable(session: Session, tmp_path: Path):
    report = import_tickets(session, write(tmp_path / "tickets.jsonl", row(1), row(2, solution="pump")))
    assert report.sentences()[1].startswith("2 imported as drafts: not searchable before review;")
    assert found(session) == []


def test_a_solved_and_trusted_ticket_is_a_solution_and_its_messages_are_not(session: Session, tmp_path: Path):
    path = write(
        tmp_path / "tickets.jsonl",
        row(1, messages=MESSAGES),
        row(2, status="open", solved_at=None),
        row(3, resolution=None),
        row(4, status="answered"),
    )
    report = import_tickets(session, path, trust=True)
    assert (report.added, report.drafts) == (4, 0)
    assert found(session) == [
        Document("ticket-1", "en", (), "No heat", "Bleed the pump.", ("No heat\nIt stays cold.",))
    ]


def test_tickets_of_one_key_are_one_solution_in_each_language(session: Session, tmp_path: Path):
    catalogue.save(session, [Product("k1", "One"), Product("k2", "Two")], actor="a", why="b")
    german = {"subject": "Kalt", "description": "Bleibt kalt.", "language": "de", "solution": "pump"}
    path = write(
        tmp_path / "tickets.jsonl",
        row(1, solution="pump", created_at="2026-03-01T12:00:00Z", products=["k2"]),
        row(2, solution="pump", subject="Older", resolution="Bleed it twice.", products=["k1"]),
        row(3, **german, resolution="Pumpe entlüften."),
        row(4, **(german | {"description": "Eiskalt."}), resolution=None),
    )
    import_tickets(session, path, trust=True)
    assert found(session) == [
        Document(
            "pump", "de", ("k1", "k2"), "Kalt", "Pumpe entlüften.", ("Kalt\nBleibt kalt.", "Kalt\nEiskalt.")
        ),
        Document(
            "pump",
            "en",
            ("k1", "k2"),
            "Older",
            "Bleed it twice.",
            ("No heat\nIt stays cold.", "Older\nIt stays cold."),
        ),
    ]


ARTICLE = {"id": "pump", "title": "Bleeding the pump", "body": "Open the valve.", "language": "en"}
FRENCH = {"subject": "Froid", "description": "Reste froid.", "language": "fr", "solution": "pump"}


@pytest.mark.parametrize("order", list(permutations(["articles", "tickets", "late"])))
def test_the_order_of_articles_and_tickets_does_not_matter(
    session: Session, tmp_path: Path, order: tuple[str, ...]
):
    paths = {
        "articles": write(tmp_path / "articles.jsonl", ARTICLE),
        "tickets": write(tmp_path / "tickets.jsonl", row(1, solution="pump"), row(2, **FRENCH)),
        "late": write(
            tmp_path / "late-tickets.jsonl", row(3, solution="pump", subject="Icy", resolution=None)
        ),
    }
    for name in order:
        import_path(session, paths[name], trust=True)
    (only,) = found(session)
    assert (only.id, only.language, only.title, only.text) == (
        "pump",
        "en",
        ARTICLE["title"],
        ARTICLE["body"],
    )
    assert sorted(only.phrasings) == ["Froid\nReste froid.", "Icy\nIt stays cold.", "No heat\nIt stays cold."]


def test_importing_again_changes_nothing(session: Session, tmp_path: Path):
    path = write(
        tmp_path / "tickets.jsonl", row(1, messages=MESSAGES, customer={"id": 7}), row(2, solution="x")
    )
    import_tickets(session, path, trust=True)
    before = found(session), documents.watermark(session)
    for trust in (True, False):
        report = import_tickets(session, path, trust=trust)
        assert (report.added, report.changed, report.unchanged, report.drafts) == (0, 0, 2, 0)
    assert (found(session), documents.watermark(session)) == before
    for table, count in ((Ticket, 2), (TicketMessage, 2), (TicketEvent, 4), (Customer, 1)):
        assert session.scalars(select(func.count()).select_from(table)).one() == count


def test_trusting_what_was_imported_before_makes_it_searchable(session: Session, tmp_path: Path):
    path = write(tmp_path / "tickets.jsonl", row(1))
    import_tickets(session, path)
    assert import_tickets(session, path, trust=True).changed == 1
    assert [each.id for each in found(session)] == ["ticket-1"]


def test_a_changed_row_is_a_revision_and_reaches_search_only_when_trusted(session: Session, tmp_path: Path):
    path = write(tmp_path / "tickets.jsonl", row(1, status="open", solved_at=None, resolution=None))
    import_tickets(session, path)
    write(path, row(1, messages=MESSAGES))
    import_tickets(session, path, actor="ana")
    ticket = session.scalars(select(Ticket)).one()
    (change,) = history.changes(session, "ticket", ticket.id)
    assert (change.actor, change.why) == ("ana", "import of tickets.jsonl")
    assert change.changes["state"] == ["open", "solved"]
    assert change.changes["resolution"] == [None, "Bleed the pump."]
    assert [each[2] for each in change.changes["messages"][1]] == ["Still cold?", "He again."]
    assert [step.state for step in tickets.status_by_number(session, ticket.number).history] == [
        "open",
        "solved",
    ]
    assert found(session) == []
    write(path, row(1, description="Ice cold.", resolution="Bleed both pumps."))
    import_tickets(session, path, trust=True)
    assert found(session) == [
        Document("ticket-1", "en", (), "No heat", "Bleed both pumps.", ("No heat\nIce cold.",))
    ]
    write(path, row(1, description="Somewhat cold.", resolution="Unreviewed."))
    assert import_tickets(session, path).drafts == 1
    assert [each.text for each in found(session)] == ["Bleed both pumps."]


def test_a_withdrawn_solution_does_not_come_back(session: Session, tmp_path: Path):
    path = write(tmp_path / "tickets.jsonl", row(1, solution="pump"))
    import_tickets(session, path, trust=True)
    solutions.withdraw(session, "pump", None, actor="ana", why="dangerous")
    write(path, row(1, solution="pump", resolution="Another way."), row(2, solution="pump"))
    import_tickets(session, path, trust=True)
    assert found(session) == []


def test_bad_rows_say_why_and_the_rest_is_imported(session: Session, tmp_path: Path):
    path = write(
        tmp_path / "tickets.jsonl",
        row(1),
        row(2, products=["k9"]),
        row(3, created_at="soon"),
        row(4, solved_at="2026-02-01"),
        row(5, customer={"email": "not an address"}),
        row(6, customer={"phone": "none"}),
        row(7, description=None),
        row(1, subject="again"),
        row(9, customer={"phone": "030 12345"}, mood="bad"),
        "[]",
    )
    report = import_tickets(session, path, trust=True)
    assert [each.id for each in found(session)] == ["ticket-1", "ticket-9"]
    assert [(each.line, each.reason) for each in report.rejected] == [
        (2, "there is no product with the code “k9”; import the products first"),
        (3, "“created_at” is “soon”; write a date such as 2026-03-01T12:30:00Z"),
        (4, "“solved_at” lies before “created_at”"),
        (5, "“not an address” is not an e-mail address"),
        (6, "“none” is not a telephone number; write it as +34 600 123 456"),
        (7, "“description” is missing"),
        (8, "repeats “1” of line 1"),
        (10, "is not a JSON object"),
    ]
    assert report.left_out == {"mood": 1}


def test_csv_gives_the_same_tickets(session: Session, tmp_path: Path):
    customer = {"id": "c7", "email": "ana@example.org", "country": "NA"}
    first = write(
        tmp_path / "tickets.jsonl", row(1, customer=customer, messages=MESSAGES), row(2, solution="x")
    )
    with (tmp_path / "tickets.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        names = [*ROW, "id", "customer.id", "customer.email", "customer.country", "messages", "solution"]
        writer.writerow(names)
        writer.writerow([*ROW.values(), "1", "c7", "ana@example.org", "NA", json.dumps(MESSAGES), "NaN"])
        writer.writerow([*ROW.values(), "2", "", "nan", "", "", "x"])
    import_tickets(session, first, trust=True)
    report = import_tickets(session, tmp_path / "tickets.csv", trust=True)
    assert (report.unchanged, report.rejected) == (2, [])
    assert session.scalars(select(Customer.country)).one() == "NA"


def test_a_ticket_that_does_not_say_its_language_is_read(session: Session, tmp_path: Path):
    spanish = {
        "subject": "La caldera no calienta",
        "description": "El agua sale fría todas las mañanas desde ayer.",
    }
    answer = {"resolution": "Purgue la bomba y compruebe la presión del circuito."}
    import_tickets(
        session, write(tmp_path / "tickets.jsonl", row(1, language=None, **spanish, **answer)), trust=True
    )
    assert [(each.id, each.language) for each in found(session)] == [("ticket-1", "es")]
    assert session.scalars(select(Ticket.language)).one() is None


def test_products_and_customer_of_a_ticket_can_change(session: Session, tmp_path: Path):
    catalogue.save(session, [Product("k1", "One"), Product("k2", "Two")], actor="a", why="b")
    path = write(tmp_path / "tickets.jsonl", row(1, products=["k1"]))
    import_tickets(session, path, trust=True)
    write(path, row(1, products=["k2"], customer={"email": "ana@example.org"}))
    assert import_tickets(session, path, trust=True).changed == 1
    session.expire_all()
    ticket = session.scalars(select(Ticket)).one()
    assert ([product.code for product in ticket.products], ticket.customer_id is None) == (["k2"], False)
    assert [each.products for each in found(session)] == [("k2",)]
    (change,) = history.changes(session, "ticket", ticket.id)
    assert change.changes == {"products": [["k1"], ["k2"]], "customer_id": [None, ticket.customer_id]}
