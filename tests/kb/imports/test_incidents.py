import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import catalogue, customers, history, incidents, solutions, timeline
from kb.customers import Person
from kb.imports.incidents import import_incidents
from kb.imports.report import Report
from kb.imports.tickets import import_tickets
from kb.products import Product
from kb.solutions import NewText
from kb.tables import Incident, IncidentFollower, Solution

ROW = {
    "id": "i1",
    "title": "No water",
    "text": "The valve of spring 2026 sticks.",
    "language": "en",
    "products": ["k2", "k1"],
    "state": "open",
    "created_at": "2026-03-01T10:00:00Z",
}
ANA = {"customer": {"email": "ana@example.org"}, "at": "2026-03-02T10:00:00Z"}
BEN = {"customer": {"id": "c8", "name": "Ben"}, "ticket": "T-9", "at": "2026-03-03T10:00:00Z"}
TICKET = {
    "id": "T-9",
    "subject": "S",
    "description": "D",
    "status": "open",
    "created_at": "2026-03-01",
    "channel": "phone",
}


@pytest.fixture(autouse=True)
def _known(session: Session, tmp_path: Path) -> None:
    catalogue.save(session, [Product("k1", "One"), Product("k2", "Two")], actor="a", why="b")
    solutions.put(session, [NewText("valve", "en", "T", "B")], kind="article", actor="a", why="b")
    (tmp_path / "tickets.jsonl").write_text(json.dumps(TICKET))
    import_tickets(session, tmp_path / "tickets.jsonl")


def bring(session: Session, folder: Path, *rows: dict[str, object]) -> Report:
    path = folder / "incidents.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in rows))
    return import_incidents(session, path)


def effects(report: Report) -> tuple[int, int, int]:
    return report.added, report.changed, report.unchanged


def test_an_incident_comes_with_its_products_and_followers(session: Session, tmp_path: Path):
    done = ROW | {"id": "i0", "state": "Resolved", "resolved_at": "2026-03-05", "solution": "valve"}
    report = bring(session, tmp_path, ROW | {"followers": [ANA, BEN]}, done | {"followers": [ANA]})
    assert effects(report) == (2, 0, 0)
    (found,) = incidents.open_incidents(session, ["k1"])
    assert (found.key, found.title, found.products, found.followers) == ("i1", "No water", ("k1", "k2"), 2)
    assert session.scalars(
        select(Solution.key).join(Incident, Incident.solution_id == Solution.id)
    ).all() == ["valve"]
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    ben = customers.find_or_create(session, Person(host_id="c8"))
    described = [
        [(e.at, e.kind, e.channel, e.text, e.reference) for e in timeline.happenings(session, each)]
        for each in (ana, ben)
    ]
    assert described == [
        [
            (datetime(2026, 3, 2, 10, tzinfo=UTC), "incident followed", "web", "No water", "i1"),
            (datetime(2026, 3, 2, 10, tzinfo=UTC), "incident followed", "web", "No water", "i0"),
            (datetime(2026, 3, 5, tzinfo=UTC), "incident resolved", "web", "No water", "i0"),
        ],
        [(datetime(2026, 3, 3, 10, tzinfo=UTC), "incident followed", "phone", "No water", "i1")],
    ]


def test_csv_gives_the_same_and_importing_again_changes_nothing(session: Session, tmp_path: Path):
    rows = [ROW | {"followers": [ANA, BEN]}, ROW | {"id": "i2", "products": []}]
    assert effects(bring(session, tmp_path, *rows)) == (2, 0, 0)
    assert effects(bring(session, tmp_path, *rows)) == (0, 0, 2)
    cell = json.dumps([ANA, BEN]).replace('"', '""')
    path = tmp_path / "incidents.csv"
    path.write_text(
        "id,title,text,language,products,state,created_at,followers\n"
        f'i1,No water,The valve of spring 2026 sticks.,en,k1;k2,open,2026-03-01T10:00:00Z,"{cell}"\n'
        "i2,No water,The valve of spring 2026 sticks.,EN,,open,2026-03-01 10:00,\n"
    )
    assert effects(import_incidents(session, path)) == (0, 0, 2)


def test_a_changed_row_is_kept_with_what_was_there_before(session: Session, tmp_path: Path):
    bring(session, tmp_path, ROW | {"followers": [ANA]})
    solved = {
        "state": "resolved",
        "resolved_at": "2026-03-05T10:00:00Z",
        "solution": "valve",
        "products": ["k2"],
    }
    assert effects(bring(session, tmp_path, ROW | solved | {"followers": [BEN]})) == (0, 1, 0)
    assert incidents.open_incidents(session) == ()
    row = session.scalars(select(Incident)).one()
    ana, ben = row.followers
    changes = history.changes(session, "incident", row.id)
    assert [(each.why, each.changes) for each in changes] == [
        (
            "import of incidents.jsonl",
            {
                "state": ["open", "resolved"],
                "resolved_at": [None, "2026-03-05T10:00:00+00:00"],
                "solution_id": [None, row.solution_id],
                "products": [["k1", "k2"], ["k2"]],
                "followers": [
                    [[ana.customer_id, None, "2026-03-02T10:00:00+00:00"]],
                    [
                        [ana.customer_id, None, "2026-03-02T10:00:00+00:00"],
                        [ben.customer_id, ben.ticket_id, "2026-03-03T10:00:00+00:00"],
                    ],
                ],
            },
        )
    ]


def test_one_person_follows_once_under_all_their_names(session: Session, tmp_path: Path):
    phone = {"customer": {"phone": "+34600123456"}, "at": "2026-03-04T10:00:00Z"}
    bring(session, tmp_path, ROW | {"followers": [ANA]})
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    main = customers.find_or_create(session, Person(phone="+34600123456"))
    customers.merge(session, ana, main, actor="ben", why="same person")
    assert effects(bring(session, tmp_path, ROW | {"followers": [ANA, phone]})) == (0, 0, 1)
    assert session.scalars(select(IncidentFollower.customer_id)).all() == [ana]


def test_what_cannot_be_used_is_rejected_with_its_line(session: Session, tmp_path: Path):
    report = bring(
        session,
        tmp_path,
        {"id": "i9"},
        ROW | {"state": "known"},
        ROW | {"resolved_at": "2026-03-05"},
        ROW | {"state": "resolved", "resolved_at": "2026-02-05"},
        ROW | {"products": ["k9"]},
        ROW | {"solution": "pump"},
        ROW | {"followers": [ANA, {"customer": {"name": "Ben"}, "at": "2026-03-05"}]},
        ROW | {"followers": [{"customer": {"id": "c9"}}]},
        ROW | {"followers": [BEN | {"ticket": "T-1"}]},
        ROW | {"followers": "Ana"},
        ROW,
        ROW,
    )
    assert [str(each) for each in report.rejected] == [
        "incidents.jsonl, line 1: “title” is missing; “text” is missing; “language” is missing; “state” is"
        " missing; “created_at” is missing",
        "incidents.jsonl, line 2: “state” is “known”; it must be one of open, resolved",
        "incidents.jsonl, line 3: “resolved_at” is given, but “state” is open",
        "incidents.jsonl, line 4: “resolved_at” lies before “created_at”",
        "incidents.jsonl, line 5: there is no product with the code “k9”; import the products first",
        "incidents.jsonl, line 6: there is no solution “pump”; import its article, or its tickets with"
        " --trust, first",
        "incidents.jsonl, line 7: “followers.1.customer” needs an id, an e-mail address or a"
        " telephone number",
        "incidents.jsonl, line 8: “followers.0.at” is missing",
        "incidents.jsonl, line 9: there is no ticket with the id “T-1”; import the tickets first",
        "incidents.jsonl, line 10: “followers” is not valid JSON",
        "incidents.jsonl, line 12: repeats “i1” of line 11",
    ]
    assert effects(report) == (1, 0, 0)
