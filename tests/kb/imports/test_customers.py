import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import customers, history, tickets, timeline
from kb.customers import Person
from kb.imports.customers import import_customers
from kb.imports.report import Report
from kb.tables import Customer, Identity
from kb.tickets import NewTicket

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
ANA = {"kind": "email", "value": "Ana@example.org"}
MOBILE = {"kind": "phone", "value": "600 123 456"}


def bring(session: Session, folder: Path, *rows: dict[str, object] | str, actor: str = "import") -> Report:
    path = folder / "customers.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in rows))
    return import_customers(session, path, actor=actor)


def effects(report: Report) -> tuple[int, int, int]:
    return report.added, report.changed, report.unchanged


def identities(session: Session, customer: int) -> list[tuple[str, str, bool]]:
    rows = session.scalars(select(Identity).where(Identity.customer_id == customer).order_by(Identity.id))
    return [(row.kind, row.value, row.verified_at is not None) for row in rows]


def merges(session: Session, customer: int) -> list[object]:
    found = history.changes(session, "customer", customer)
    return [each.changes["merged_into"] for each in found if "merged_into" in each.changes]


def test_one_person_comes_with_many_identities(session: Session, tmp_path: Path):
    row = {"id": 7, "name": "Ana", "country": "es", "language": "pt_br"}
    row["identities"] = [ANA | {"verified": True}, MOBILE, {"kind": "channel", "value": "@ana"}]
    assert effects(bring(session, tmp_path, row)) == (1, 0, 0)
    known = session.scalars(select(Customer)).one()
    assert (known.name, known.country, known.language) == ("Ana", "ES", "pt-BR")
    assert identities(session, known.id) == [
        ("host", "7", True),
        ("email", "ana@example.org", True),
        ("phone", "+34600123456", False),
        ("channel", "@ana", False),
    ]
    assert effects(bring(session, tmp_path, row)) == (0, 0, 1)
    assert history.changes(session, "customer", known.id) == ()


def test_csv_gives_the_same(session: Session, tmp_path: Path):
    bring(session, tmp_path, {"id": "7", "name": "Ana", "identities": [ANA]}, {"id": "8", "country": "NA"})
    cell = json.dumps([ANA]).replace('"', '""')
    (tmp_path / "people.csv").write_text(f'id,name,country,identities\n7,Ana,,"{cell}"\n8,,NA,\n')
    assert effects(import_customers(session, tmp_path / "people.csv")) == (0, 0, 2)


def test_a_changed_row_changes_the_record_and_what_was_there_before_is_kept(session: Session, tmp_path: Path):
    bring(session, tmp_path, {"id": "7", "name": "Anna", "country": "ES", "identities": [ANA]})
    row = {"id": "7", "name": "Ana", "identities": [ANA | {"verified": True}, MOBILE], "country": "ES"}
    assert effects(bring(session, tmp_path, row)) == (0, 1, 0)
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    assert [(each.why, each.changes) for each in history.changes(session, "customer", ana)] == [
        (
            "import of customers.jsonl",
            {
                "name": ["Anna", "Ana"],
                "identities": [
                    ["host 7", "email ana@example.org"],
                    ["host 7", "email ana@example.org", "phone +34600123456"],
                ],
                "verified": [[], ["email ana@example.org"]],
            },
        )
    ]
    assert effects(bring(session, tmp_path, {"id": "7"})) == (0, 0, 1)
    assert session.get_one(Customer, ana).name == "Ana"
    assert len(identities(session, ana)) == 3


def test_an_old_file_does_not_bring_back_what_the_customer_corrected(session: Session, tmp_path: Path):
    row = {"id": "7", "name": "Anna", "identities": [ANA]}
    bring(session, tmp_path, row)
    ana = session.scalars(select(Customer.id)).one()
    customers.correct(session, ana, "name", "Ana", actor="customer", why="one n")
    assert effects(bring(session, tmp_path, row)) == (0, 0, 1)
    assert session.get_one(Customer, ana).name == "Ana"
    assert effects(bring(session, tmp_path, row | {"name": "Ana María"})) == (0, 1, 0)
    assert session.get_one(Customer, ana).name == "Ana María"
    assert effects(bring(session, tmp_path, row)) == (0, 1, 0)  # the file itself went back


def test_somebody_known_by_a_ticket_gets_the_id_of_the_site(session: Session, tmp_path: Path):
    ana = customers.find_or_create(session, Person("Ana", "ana@example.org"))
    report = bring(session, tmp_path, {"id": "7", "name": "Ana B.", "identities": [ANA]})
    assert effects(report) == (0, 1, 0)
    assert identities(session, ana) == [("email", "ana@example.org", False), ("host", "7", True)]
    assert session.scalars(select(Customer.name)).all() == ["Ana B."]


def test_two_records_of_one_person_are_merged_and_it_can_be_undone(session: Session, tmp_path: Path):
    mail = tickets.open_ticket(session, NewTicket("problem", "A", "A", email="ana@example.org"), at=MOMENT)
    phone = NewTicket("bug", "B", "B", phone="+34600123456", channel="phone")
    call = tickets.open_ticket(session, phone, at=MOMENT)
    by_mail, by_phone = session.scalars(select(Customer.id).order_by(Customer.id))
    row = {"id": "7", "country": "ES", "identities": [ANA, MOBILE]}
    report = bring(session, tmp_path, row, actor="ben")
    assert effects(report) == (0, 1, 0)
    assert report.sentences() == [
        "customers: 0 added, 1 changed, 0 unchanged, 0 rejected.",
        "Records merged because a row makes them one person: 1 (can be undone).",
    ]
    assert customers.records(session, by_phone) == (by_mail, by_phone)
    assert [each.reference for each in timeline.happenings(session, by_mail)] == [mail.number, call.number]
    merge = history.changes(session, "customer", by_phone)
    assert [(each.actor, each.why, each.changes) for each in merge] == [
        ("ben", "import of customers.jsonl", {"merged_into": [None, by_mail]})
    ]
    again = bring(session, tmp_path, row)
    assert (effects(again), again.notes) == ((0, 0, 1), [])
    customers.unmerge(session, by_phone, actor="ben", why="two people")
    apart = bring(session, tmp_path, row)
    assert effects(apart) == (0, 0, 1)
    assert apart.notes == ["Identities that stayed with somebody who has another id: 1."]
    assert customers.records(session, by_phone) == (by_phone,)


def test_the_record_with_the_id_of_the_site_stands_for_the_person(session: Session, tmp_path: Path):
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    host = customers.find_or_create(session, Person(host_id="7"))
    bring(session, tmp_path, {"id": "7", "identities": [ANA]})
    assert customers.records(session, ana) == (host, ana)
    assert identities(session, host) == [("host", "7", True)]


def test_a_shared_telephone_does_not_make_two_customers_one(session: Session, tmp_path: Path):
    rows = [{"id": id, "country": "ES", "identities": [MOBILE]} for id in ("7", "8")]
    for expected in ((2, 0, 0), (0, 0, 2)):
        report = bring(session, tmp_path, *rows)
        assert effects(report) == expected
        assert report.notes == ["Identities that stayed with somebody who has another id: 1."]
    one, other = session.scalars(select(Customer.id).order_by(Customer.id))
    assert customers.records(session, one) == (one,)
    assert identities(session, other) == [("host", "8", True)]


@pytest.mark.parametrize(
    "claim", [MOBILE | {"verified": True, "value": "+34600123456"}, {"kind": "host", "value": "7"}]
)
def test_two_ids_are_one_person_where_a_row_says_so(
    session: Session, tmp_path: Path, claim: dict[str, object]
):
    rows = [{"id": "7", "country": "ES", "identities": [MOBILE]}, {"id": "8", "identities": [claim]}]
    report = bring(session, tmp_path, *rows)
    assert effects(report) == (2, 0, 0)
    assert len(report.notes) == 1
    one, other = session.scalars(select(Customer.id).order_by(Customer.id))
    assert customers.records(session, other) == (one, other)
    assert merges(session, other) == [[None, one]]
    assert effects(bring(session, tmp_path, *rows)) == (0, 0, 2)


def test_a_row_may_speak_of_somebody_from_the_row_before(session: Session, tmp_path: Path):
    rows = [
        {"id": "7", "name": "Ana", "identities": [{"kind": "host", "value": "8"}]},
        {"id": "8", "name": "Ana B."},
    ]
    assert effects(bring(session, tmp_path, *rows)) == (1, 1, 0)
    ana = session.scalars(select(Customer)).one()
    assert ana.name == "Ana B."
    assert [each.changes for each in history.changes(session, "customer", ana.id)] == [
        {"name": ["Ana", "Ana B."], "verified": [[], ["host 8"]]}
    ]


def test_what_cannot_be_used_is_rejected_with_its_line(session: Session, tmp_path: Path):
    report = bring(
        session,
        tmp_path,
        {"name": "Nobody"},
        {"id": "1", "identities": [{"kind": "email", "value": "ana at home"}]},
        {"id": "2", "identities": [{"kind": "phone", "value": "call me"}]},
        {"id": "3", "identities": [{"kind": "fax", "value": "1"}]},
        {"id": "4", "identities": [{"kind": "email"}], "country": "Spain"},
        {"id": "5", "identities": "ana@example.org"},
        '{"id": "6", ',
        {"id": "7", "colour": "red"},
        {"id": "7"},
    )
    assert [str(each) for each in report.rejected] == [
        "customers.jsonl, line 1: “id” is missing",
        "customers.jsonl, line 2: “ana at home” is not an e-mail address",
        "customers.jsonl, line 3: “call me” is not a telephone number; write it as +34 600 123 456",
        "customers.jsonl, line 4: “identities.0.kind” is “fax”;"
        " it must be one of email, phone, host, channel",
        "customers.jsonl, line 5: “country”: “Spain” is not a country; give two letters of ISO 3166,"
        " such as ES; “identities.0.value” is missing",
        "customers.jsonl, line 6: “identities” is not valid JSON",
        "customers.jsonl, line 7: is not valid JSON: Expecting property name enclosed in double quotes"
        " at column 12",
        "customers.jsonl, line 9: repeats “7” of line 8",
    ]
    assert effects(report) == (1, 0, 0)
    assert report.left_out == {"colour": 1}


def test_a_thousand_customers_are_read_in_batches(session: Session, tmp_path: Path):
    rows = [
        {"id": f"c{n}", "identities": [{"kind": "email", "value": f"c{n}@example.org"}]} for n in range(1100)
    ]
    assert effects(bring(session, tmp_path, *rows)) == (1100, 0, 0)
    assert effects(bring(session, tmp_path, *rows)) == (0, 0, 1100)
