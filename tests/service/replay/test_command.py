"""`precedent replay` with real files and the real embedder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.replay.conftest import Done, Rows, tickets, write

Run = Callable[..., Done]


def test_the_share_is_that_of_the_labels_and_nothing_is_stored(run: Run, tmp_path: Path):
    path = write(tmp_path / "tickets.jsonl", tickets(40))
    done = run(path, "--json", "--cost-per-ticket", "12.50", "--currency", "EUR")
    told = json.loads(done.stdout)
    assert told["already_solved"] == {"count": 35, "of": 40, "share": 0.875, "low": 0.7389, "high": 0.9454}
    assert told["found_first"]["count"] == 35
    assert told["summary"][0] == (
        "Of 40 tickets, 88 % (74–95 %) had already been solved for somebody else before they came in."
    )
    assert told["saved"] == {
        "cost_per_ticket": 12.5, "currency": "EUR", "already_solved": 437.5, "estimate": None}  # fmt: skip
    assert [(part["name"], part["already_solved"]["count"]) for part in told["by"]["product"]] == [
        ("P0", 21), ("P1", 14)]  # fmt: skip
    assert [(each["id"], each["repeats"]) for each in told["matters"]] == [(f"S{n}", 7) for n in range(5)]
    assert [each["ticket"] for each in told["examples"][:2]] == ["39", "38"]
    assert not (tmp_path / "var" / "precedent.db").exists()


def test_a_sheet_says_the_same_and_money_only_where_it_is_given(run: Run, tmp_path: Path):
    rows = [{**row, "products": row["products"][0]} for row in tickets(25)]
    sheet = tmp_path / "tickets.csv"
    lines = [",".join(f'"{value}"' for value in row.values()) for row in rows]
    sheet.write_text("\n".join([",".join(rows[0]), *lines]) + "\n", encoding="utf-8")
    done = run(sheet)
    assert done.stdout.splitlines() == [
        "Of 25 tickets, 80 % (61–91 %) had already been solved for somebody else before they came in.",
        "Search put the right solution of these first for 100 % (84–100 %), and among the first three for"
        " 100 % (84–100 %).",
        "That stands for 20 calls or tickets.",
    ]


def test_articles_answer_too(run: Run, tmp_path: Path):
    path = write(tmp_path / "tickets.jsonl", tickets(25))
    article = {"id": "S0", "title": "It leaks", "body": "Water leaks from the seal.", "language": "en"}
    done = run(path, "--articles", write(tmp_path / "articles.jsonl", [article]), "--json")
    told = json.loads(done.stdout)
    assert told["already_solved"]["count"] == 21
    assert told["notes"] == ["Articles without a date counted as written before the first ticket."]


def test_names_of_other_countries_are_known_from_the_products(run: Run, tmp_path: Path):
    rows = tickets(22, solution=None)
    for number, row in enumerate(rows):
        name = ("Zephyr", "Corvina")[number] if number < 2 else "Halmar"
        row |= {"subject": f"{name} is dark", "description": f"{name} is dark", "country": "DE"}
    path = write(tmp_path / "tickets.jsonl", rows[:2] + [row | {"status": "open"} for row in rows[2:]])
    product = {"code": "c", "name": "Corvina", "names": [{"name": "Halmar", "country": "DE"}]}
    other = {"code": "z", "name": "Zephyr", "names": []}
    names = write(tmp_path / "products.jsonl", [product, other])
    page = tmp_path / "judge.html"
    run(path, "--products", names, "--judge", page, "--json")
    sample = json.loads(page.read_text(encoding="utf-8").split("const sample = ")[1].split(";\n")[0])
    halmar = [pair["title"] for pair in sample["pairs"] if pair["asked"].startswith("Halmar")]
    assert halmar == ["Corvina is dark"] * 20
    names.write_text('{"code": "c"}\n', encoding="utf-8")
    assert "products.jsonl, line 1: " in run(path, "--products", names).stderr


def test_without_labels_there_is_no_number_before_pairs_are_judged(run: Run, tmp_path: Path):
    path = write(tmp_path / "tickets.jsonl", tickets(30, labelled=False))
    page = tmp_path / "judge.html"
    told = json.loads(run(path, "--judge", page, "--json").stdout)
    assert (told["estimate"], told["judged_pairs_needed"], told["already_solved"]["share"]) == (
        None,
        29,
        None,
    )
    assert told["summary"][0] == "An estimate needs 29 judged pairs."
    sample = json.loads(page.read_text(encoding="utf-8").split("const sample = ")[1].split(";\n")[0])
    asked = {pair["id"]: pair["asked"].split(", since")[0].split("\n")[0] for pair in sample["pairs"]}
    titles = {pair["id"]: pair["title"] for pair in sample["pairs"]}
    answers = {id_: "yes" if asked[id_] == titles[id_] else "no" for id_ in asked}
    saved = tmp_path / "answers.json"
    saved.write_text(json.dumps({"format": sample["format"], "sample": sample["sample"], "answers": answers}))
    judged = json.loads(run(path, "--judged", saved, "--json").stdout)
    assert judged["estimate"]["share"] == pytest.approx(25 / 30, abs=1e-4)
    assert (judged["estimate"]["judged"], judged["estimate"]["tickets"]) == (29, 30)
    assert "about 83 % (83–83 %) were answered" in judged["summary"][0].replace("\u00a0", " ")
    assert [(p["name"], p["unlabelled"], p["judged_pairs"]) for p in judged["by"]["product"]] == [
        ("P0", 18, 17), ("P1", 12, 12)]  # fmt: skip
    assert judged["by"]["month"][-1]["estimate"]["tickets"] == judged["by"]["month"][-1]["tickets"]
    other = write(tmp_path / "other.jsonl", tickets(20, labelled=False))
    assert "belong to other tickets" in run(other, "--judged", saved).stderr


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (tickets(1), "0 of 1 tickets had already been solved"),
        (tickets(6), "That is too few for a percentage; it takes 20."),
        (tickets(1, labelled=False), "nothing can be said"),
        (tickets(22, status="open"), "Of 22 tickets, 0 % (0–15 %) had already been solved"),
        (tickets(22, status="open"), "None of the tickets is solved, so none can answer another one."),
        (tickets(22, labelled=False, status="open"), "nothing can be said"),
        ([*tickets(22), tickets(1)[0] | {"id": "x", "created_at": None}],
         "1 ticket without a date was left out."),
        ([*tickets(22), tickets(1)[0] | {"id": "x", "created_at": "2999-01-01"}],
         "1 ticket was left out: “created_at” is 2999-01-01, which cannot be."),
        ([*tickets(22), tickets(1)[0] | {"id": "x", "solution": "other"}],
         "The same text stands under different solutions once; each was taken as it is."),
        (tickets(22, solved_at=None),
         "22 tickets solved at no stated time counted as solved"),
        (tickets(22, language="tlh"), "Of 22 tickets, 77 %"),
    ],
)  # fmt: skip
def test_poor_files_give_a_plain_sentence(run: Run, tmp_path: Path, rows: Rows, sentence: str):
    done = run(write(tmp_path / "tickets.jsonl", rows), "--html", tmp_path / "report.html")
    assert done.returncode == 0
    assert sentence in done.stdout
    assert sentence in (tmp_path / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")


def test_what_cannot_be_read_or_written_is_one_sentence(run: Run, tmp_path: Path):
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    assert run(tmp_path / "empty.jsonl").stderr.strip() == "precedent: empty.jsonl is empty."
    undated = write(tmp_path / "undated.jsonl", tickets(3, created_at=None))
    assert run(undated).stderr.strip() == (
        "precedent: No ticket could be used. 3 tickets without a date were left out."
    )
    path = write(tmp_path / "tickets.jsonl", tickets(2))
    assert "cannot be written" in run(path, "--html", tmp_path / "nowhere" / "report.html").stderr
    assert "There is nothing to judge" in run(path, "--judge", tmp_path / "judge.html").stderr
    assert run(path, "--currency", "EUR").returncode == 2
    assert run(path, "--cost-per-ticket", "-1").returncode == 2
