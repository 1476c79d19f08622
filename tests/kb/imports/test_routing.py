import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kb import catalogue, history, routing, tickets
from kb.imports.report import Report
from kb.imports.routing import import_routing
from kb.products import Product
from kb.routing import Rule
from kb.tickets import NewTicket

REPLACED = (
    "The list of rules was replaced: {} before, {} now. Tickets that are open already stay where they are."
)


@pytest.fixture(autouse=True)
def _products(session: Session) -> None:
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")


def bring(session: Session, folder: Path, *rows: dict[str, object]) -> Report:
    path = folder / "routing.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in rows))
    return import_routing(session, path, actor="ben")


def effects(report: Report) -> tuple[int, int, int]:
    return report.added, report.changed, report.unchanged


def test_the_order_of_lines_is_the_order_of_rules(session: Session, tmp_path: Path):
    report = bring(
        session,
        tmp_path,
        {"team": "Returns", "kind": "Request"},
        {"team": " Washing  care ", "product": "k1", "language": "pt_br", "country": "uk"},
        {"team": "Everything else"},
        {"team": "Washing care", "product": "k1"},
    )
    assert report.sentences() == [
        "routing: 4 added, 0 changed, 0 unchanged, 0 rejected.",
        REPLACED.format(0, 4),
    ]
    assert routing.rules(session) == (
        Rule("Returns", kind="request"),
        Rule("Washing care", "k1", "pt-BR", "GB"),
        Rule("Everything else"),
        Rule("Washing care", "k1"),
    )
    number = tickets.open_ticket(session, NewTicket("problem", "A", "B", products=("k1",))).number
    assert tickets.status_by_number(session, number).team == "Everything else"


def test_a_file_replaces_the_whole_list_and_the_same_file_changes_nothing(session: Session, tmp_path: Path):
    first = [{"team": "A", "country": "ES"}, {"team": "B"}, {"team": "C", "kind": "bug"}]
    bring(session, tmp_path, *first)
    again = bring(session, tmp_path, *first)
    assert (effects(again), again.notes) == ((0, 0, 3), [])
    report = bring(session, tmp_path, {"team": "A", "country": "ES"}, {"team": "C", "kind": "bug"})
    assert (effects(report), report.notes) == ((0, 1, 1), [REPLACED.format(3, 2)])
    assert routing.rules(session) == (Rule("A", country="ES"), Rule("C", kind="bug"))
    shorter = bring(session, tmp_path, {"team": "A", "country": "ES"})
    assert (effects(shorter), shorter.notes) == ((0, 0, 1), [REPLACED.format(2, 1)])
    kept = history.changes(session, "routing", routing.RULES)
    assert [(each.actor, each.why) for each in kept] == [("ben", "import of routing.jsonl")] * 3


def test_csv_gives_the_same(session: Session, tmp_path: Path):
    bring(session, tmp_path, {"team": "A", "product": "k1"}, {"team": "B", "country": "NA"}, {"team": "C"})
    path = tmp_path / "rules.csv"
    path.write_text("team,product,language,country,kind\nA,k1,,,\nB,,,NA,\nC,,,,\n")
    assert effects(import_routing(session, path)) == (0, 0, 3)


def test_what_cannot_be_used_is_rejected_and_the_rest_is_the_list(session: Session, tmp_path: Path):
    report = bring(
        session,
        tmp_path,
        {"language": "de"},
        {"team": "A", "product": "k9"},
        {"team": "A", "language": "German"},
        {"team": "A", "country": "Spain"},
        {"team": "A", "kind": "wish"},
        {"team": "x" * 201},
        {"team": "A", "product": "k1", "language": "de"},
        {"team": "B", "language": "de", "product": "k1"},
        {"team": "C", "priority": 1},
        {"team": "D"},
    )
    assert [str(each) for each in report.rejected] == [
        "routing.jsonl, line 1: “team” is missing",
        "routing.jsonl, line 2: there is no product with the code “k9”; import the products first",
        "routing.jsonl, line 3: “language”: “German” is not a language; give a code such as es or pt-BR",
        "routing.jsonl, line 4: “country”: “Spain” is not a country; give two letters of ISO 3166,"
        " such as ES",
        "routing.jsonl, line 5: “kind” is “wish”; it must be one of problem, bug, request",
        "routing.jsonl, line 6: “team” has 201 characters; at most 200 can be kept",
        "routing.jsonl, line 8: repeats “product k1, language de” of line 7",
        "routing.jsonl, line 10: repeats “any ticket” of line 9",
    ]
    assert report.left_out == {"priority": 1}
    assert routing.rules(session) == (Rule("A", "k1", "de"), Rule("C"))


def test_a_file_without_a_usable_row_leaves_the_rules(session: Session, tmp_path: Path):
    bring(session, tmp_path, {"team": "A"})
    report = bring(session, tmp_path, {"team": "B", "product": "k9"})
    assert (effects(report), report.notes, len(report.rejected)) == ((0, 0, 0), [], 1)
    assert routing.rules(session) == (Rule("A"),)


def test_a_list_longer_than_a_batch_stays_one_list(session: Session, tmp_path: Path):
    rows = [{"team": f"T{n % 7}", "language": "de", "country": c} for n, c in enumerate(["DE", "AT", "CH"])]
    pairs = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]
    rows += [{"team": "T", "language": f"x{pair}"} for pair in pairs]
    assert effects(bring(session, tmp_path, *rows)) == (679, 0, 0)
    assert [rule.language for rule in routing.rules(session)] == ["de"] * 3 + [f"x{pair}" for pair in pairs]
    assert effects(bring(session, tmp_path, *rows)) == (0, 0, 679)
