import json
from pathlib import Path
from typing import Any

import pytest

from kb.errors import ImportFailed
from kb.imports.past import contradictions, read_past_articles, read_past_tickets

TICKET = {"id": "1", "subject": "It leaks", "description": "Water below.", "status": "solved",
          "created_at": "2026-01-01", "solved_at": "2026-01-02", "solution": "seal"}  # fmt: skip


def written(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_tickets_come_in_the_order_of_time(tmp_path: Path):
    rows = [TICKET | {"id": id_, "created_at": f"2026-01-{day}", "solved_at": None}
            for id_, day in (("b", "03"), ("c", "01"), ("a", "03"))]  # fmt: skip
    past = read_past_tickets(written(tmp_path / "tickets.jsonl", *rows))
    assert [ticket.id for ticket in past.tickets] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("status", "solved_at", "expected"),
    [
        ("solved", "2026-01-02", ("2026-01-02", False)),
        ("closed", None, ("2026-01-01", True)),
        ("resolved", None, ("2026-01-01", True)),
        ("open", None, None),
        ("reopened", "2026-01-02", None),
        ("answered", "2026-01-02", None),
    ],
)
def test_only_what_ended_solved_is_a_solution(
    tmp_path: Path, status: str, solved_at: str | None, expected: tuple[str, bool] | None
):
    row = TICKET | {"status": status, "solved_at": solved_at}
    ticket = read_past_tickets(written(tmp_path / "tickets.jsonl", row)).tickets[0]
    told = (f"{ticket.solved_at:%Y-%m-%d}", ticket.assumed) if ticket.solved_at else None
    assert told == expected


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path):
    path = written(
        tmp_path / "tickets.jsonl",
        TICKET,
        TICKET | {"id": "2", "created_at": ""},
        TICKET | {"id": "3", "created_at": "2999-01-01", "solved_at": None},
        TICKET | {"id": "4", "solved_at": "2025-12-31"},
        TICKET | {"solution": "pump"},
        TICKET | {"id": "6", "subject": "", "description": None},
    )
    past = read_past_tickets(path)
    assert ([ticket.id for ticket in past.tickets], past.undated) == (["1"], 1)
    assert [str(each) for each in past.rejected] == [
        "line 3: “created_at” is 2999-01-01, which cannot be",
        "line 4: “solved_at” lies before “created_at”",
        "line 5: repeats an id and contradicts its solution; the first one counts",
        "line 6: “subject” and “description” are both empty",
    ]


def test_people_are_not_read_but_for_their_country(tmp_path: Path):
    row = TICKET | {"customer": {"name": "Ana", "email": "ana@example.com", "country": "es"}}
    ticket = read_past_tickets(written(tmp_path / "tickets.jsonl", row)).tickets[0]
    assert ticket.country == "ES"
    assert "ana" not in repr(ticket).lower()


def test_csv_says_the_same_as_json_lines(tmp_path: Path):
    sheet = tmp_path / "tickets.csv"
    sheet.write_text(",".join(TICKET) + "\n" + ",".join(TICKET.values()) + "\n", encoding="utf-8")
    assert read_past_tickets(sheet) == read_past_tickets(written(tmp_path / "tickets.jsonl", TICKET))


def test_a_beir_corpus_with_dates_is_a_file_of_tickets(tmp_path: Path):
    metadata = {"created_at": "2026-01-01", "solution": "seal", "language": "en"}
    written(tmp_path / "corpus.jsonl", {"_id": "1", "title": "It leaks", "text": "", "metadata": metadata})
    ticket = read_past_tickets(tmp_path).tickets[0]
    assert (ticket.id, ticket.subject, ticket.text, ticket.solution) == ("1", "It leaks", "It leaks", "seal")
    assert ticket.assumed


def test_the_same_text_under_two_solutions_is_counted_once(tmp_path: Path):
    rows = [TICKET, TICKET | {"id": "2", "solution": "pump"}, TICKET | {"id": "3", "subject": "It hums"}]
    assert contradictions(read_past_tickets(written(tmp_path / "tickets.jsonl", *rows)).tickets) == 1


def test_articles_may_say_since_when_they_were_there(tmp_path: Path):
    article = {"id": "seal", "title": "The seal", "body": "Change it.", "language": "en"}
    later = article | {"id": "pump", "created_at": "2026-02-01"}
    found = read_past_articles(written(tmp_path / "articles.jsonl", article, later))
    assert [each.created_at and f"{each.created_at:%Y-%m-%d}" for each in found] == [None, "2026-02-01"]


def test_what_is_no_file_of_tickets_is_one_sentence(tmp_path: Path):
    with pytest.raises(ImportFailed, match=r"There is no file of tickets at"):
        read_past_tickets(tmp_path / "nowhere.jsonl")
    with pytest.raises(ImportFailed, match=r"no folder with a corpus\.jsonl"):
        read_past_tickets(tmp_path)
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(ImportFailed, match=r"empty\.jsonl is empty"):
        read_past_tickets(tmp_path / "empty.jsonl")
