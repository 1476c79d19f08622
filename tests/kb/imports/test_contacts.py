import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import catalogue, customers, history, timeline
from kb.customers import Person
from kb.imports.contacts import import_contacts
from kb.imports.report import Report
from kb.imports.tickets import import_tickets
from kb.products import Product
from kb.tables import Contact, Ticket

ROW = {
    "id": 1,
    "customer": {"email": "Ana@example.org"},
    "kind": "call",
    "channel": "phone",
    "at": "2026-03-01T10:00:00Z",
}
TICKET = {"id": "T-9", "subject": "S", "description": "D", "status": "open", "created_at": "2026-03-01"}


@pytest.fixture(autouse=True)
def _known(session: Session, tmp_path: Path) -> None:
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")
    (tmp_path / "tickets.jsonl").write_text(json.dumps(TICKET))
    import_tickets(session, tmp_path / "tickets.jsonl")


def bring(session: Session, folder: Path, *rows: dict[str, object]) -> Report:
    path = folder / "contacts.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in rows))
    return import_contacts(session, path)


def effects(report: Report) -> tuple[int, int, int]:
    return report.added, report.changed, report.unchanged


def test_contacts_stand_in_the_timeline_of_their_customer(session: Session, tmp_path: Path):
    full = {
        "id": 2,
        "customer": {
            "id": "c7",
            "name": "Ana",
            "email": "ana@example.org",
            "phone": "600123456",
            "country": "es",
        },
        "kind": "Purchase",
        "channel": "store",
        "at": "2026-02-01T10:00:00+01:00",
        "summary": "Bought a washer.",
        "product": "k1",
        "reference": "R-17",
        "ticket": "T-9",
    }
    report = bring(session, tmp_path, full, ROW | {"summary": "Asked how."})
    assert effects(report) == (2, 0, 0)
    row = session.scalars(select(Contact).where(Contact.key == "2")).one()
    assert session.get_one(Ticket, row.ticket_id).key == "T-9"
    assert row.product_id == catalogue.ids(session)["k1"]
    ana = customers.find_or_create(session, Person(phone="+34600123456"))
    assert [(e.at, e.kind, e.channel, e.text, e.reference) for e in timeline.happenings(session, ana)] == [
        (datetime(2026, 2, 1, 9, tzinfo=UTC), "purchase", "store", "Bought a washer.", "R-17"),
        (datetime(2026, 3, 1, 10, tzinfo=UTC), "call", "phone", "Asked how.", None),
    ]


def test_csv_gives_the_same_and_importing_again_changes_nothing(session: Session, tmp_path: Path):
    rows = [
        ROW | {"product": "k1"},
        ROW | {"id": 2, "customer": {"id": "c7", "name": "Ben"}, "kind": "order"},
    ]
    assert effects(bring(session, tmp_path, *rows)) == (2, 0, 0)
    assert effects(bring(session, tmp_path, *rows)) == (0, 0, 2)
    path = tmp_path / "contacts.csv"
    path.write_text(
        "id,customer.id,customer.name,customer.email,kind,channel,at,product\n"
        "1,,,ana@example.org,call,call,2026-03-01T11:00:00+01:00,k1\n"
        "2,c7,Ben,,purchase,telephone,2026-03-01 10:00,\n"
    )
    assert effects(import_contacts(session, path)) == (0, 0, 2)


def test_a_changed_row_is_kept_with_what_was_there_before(session: Session, tmp_path: Path):
    bring(session, tmp_path, ROW)
    changed = ROW | {"kind": "visit", "channel": "store", "at": "2026-03-02T10:00:00Z", "ticket": "T-9"}
    assert effects(bring(session, tmp_path, changed | {"customer": {"id": "c8"}})) == (0, 1, 0)
    row = session.scalars(select(Contact)).one()
    ana, other = (
        customers.find_or_create(session, p) for p in (Person(email="ana@example.org"), Person(host_id="c8"))
    )
    assert row.customer_id == other
    assert [each.changes for each in history.changes(session, "contact", row.id)] == [
        {
            "kind": ["call", "visit"],
            "channel": ["phone", "store"],
            "at": ["2026-03-01T10:00:00+00:00", "2026-03-02T10:00:00+00:00"],
            "ticket_id": [None, row.ticket_id],
            "customer_id": [ana, other],
        }
    ]


def test_a_record_that_was_merged_since_is_the_same_person(session: Session, tmp_path: Path):
    bring(session, tmp_path, ROW)
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    main = customers.find_or_create(session, Person(phone="+34600123456"))
    customers.merge(session, ana, main, actor="ben", why="same person")
    assert effects(bring(session, tmp_path, ROW)) == (0, 0, 1)
    assert session.scalars(select(Contact.customer_id)).one() == ana


def test_what_cannot_be_used_is_rejected_with_its_line(session: Session, tmp_path: Path):
    report = bring(
        session,
        tmp_path,
        ROW | {"customer": {"name": "Ana"}},
        {name: value for name, value in ROW.items() if name not in ("customer", "at")},
        ROW | {"kind": "letter"},
        ROW | {"channel": "fax"},
        ROW | {"product": "k9"},
        ROW | {"ticket": "T-1"},
        ROW | {"customer": {"email": "ana at home"}},
        ROW | {"at": "yesterday"},
        ROW | {"mood": "angry"},
        ROW,
    )
    assert [str(each) for each in report.rejected] == [
        "contacts.jsonl, line 1: “customer” needs an id, an e-mail address or a telephone number",
        "contacts.jsonl, line 2: “customer” is missing; “at” is missing",
        "contacts.jsonl, line 3: “kind” is “letter”; it must be one of call, email, chat, visit, purchase,"
        " return, repair, other",
        "contacts.jsonl, line 4: “channel” is “fax”; it must be one of web, widget, email,"
        " phone, chat, store, api",
        "contacts.jsonl, line 5: there is no product with the code “k9”; import the products first",
        "contacts.jsonl, line 6: there is no ticket with the id “T-1”; import the tickets first",
        "contacts.jsonl, line 7: “ana at home” is not an e-mail address",
        "contacts.jsonl, line 8: “at” is “yesterday”; write a date such as 2026-03-01T12:30:00Z",
        "contacts.jsonl, line 10: repeats “1” of line 9",
    ]
    assert (effects(report), report.left_out) == ((1, 0, 0), {"mood": 1})
