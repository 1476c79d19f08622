"""`precedent audit`, with a real database: what is typed and what is in files is kept as it is judged."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner, Result

from kb import audits, db, inquiries, solutions
from kb.inquiries import SearchRecord, Shown
from kb.settings import Settings
from service import cli

Run = Callable[..., Result]
ASKED = ("it leaks", "it smells", "es leckt")


@pytest.fixture
def keys(sessions: sessionmaker[Session]) -> list[str]:
    """Give three searches that were drawn, the oldest first."""
    with db.transaction(sessions) as session:
        seal = solutions.NewText("seal", "en", "A new seal", "Press it in.")
        solutions.put(session, [seal], kind="ticket", actor="a", why="b")
        return [inquiries.record_search(session, drawn(text)) for text in ASKED]


def drawn(text: str) -> SearchRecord:
    return SearchRecord(
        text=text, language="en", country="ES", products=(), shown=(Shown("seal", "en", 2.5, 0.8),),
        action="answer", probability=0.8, threshold=0.6, certified=False, degraded=None, snapshot="s1",
        embedder="e1", decision="d1", audit_share=0.02,
    )  # fmt: skip


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs `precedent audit` on either database, with lines typed."""
    cache = os.environ.get("PRECEDENT_CACHE_DIR")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert cache is None

    def run(*arguments: str | Path, typed: str = "") -> Result:
        return CliRunner().invoke(cli.app, ["audit", *map(str, arguments)], input=typed)

    return run


def verdicts(sessions: sessionmaker[Session], keys: list[str]) -> list[list[tuple[str, str]]]:
    with db.reading(sessions) as session:
        return [[(said.verdict, said.judge) for said in audits.history(session, key)] for key in keys]


def test_each_search_is_shown_with_its_first_solution_and_judged(
    run: Run, keys: list[str], sessions: sessionmaker[Session]
):
    done = run("--by", "ana", typed="y\nperhaps\nN\nu\n")
    assert done.exit_code == 0
    places = [done.stdout.index(text) for text in (*ASKED, "Judged: 3. Still waiting: 0.")]
    assert places == sorted(places)
    assert done.stdout.count("First solution: A new seal  [seal]") == 3
    assert done.stdout.count("Press it in.") == 3
    assert verdicts(sessions, keys) == [[("right", "ana")], [("wrong", "ana")], [("unclear", "ana")]]
    assert run().stdout == "Nothing waits to be judged.\n"


def test_what_a_visitor_typed_commands_no_terminal(run: Run, sessions: sessionmaker[Session]):
    with db.transaction(sessions) as session:
        inquiries.record_search(session, drawn("it \x1b[2Jleaks\x07\nbadly"))
    assert "  it [2Jleaks\nbadly\n" in run(typed="q\n").stdout


@pytest.mark.parametrize("typed", ["s\ny\nq\n", "s\ny\n", "s\ny\nquit\n"])
def test_what_is_skipped_waits_and_what_was_judged_before_the_end_is_kept(
    run: Run, keys: list[str], sessions: sessionmaker[Session], typed: str
):
    done = run(typed=typed)
    assert (done.exit_code, "Judged: 1. Still waiting: 2." in done.stdout) == (0, True)
    assert verdicts(sessions, keys) == [[], [("right", "command line")], []]


def test_programs_read_what_waits_and_write_what_they_judge(
    run: Run, keys: list[str], sessions: sessionmaker[Session], tmp_path: Path
):
    waiting = json.loads(run("--json").stdout)
    assert [(each["search"], each["text"]) for each in waiting] == list(zip(keys, ASKED, strict=True))
    assert waiting[0]["solution"] == "seal"
    assert (waiting[0]["title"], waiting[0]["body"], waiting[0]["country"]) == (
        "A new seal",
        "Press it in.",
        "ES",
    )
    rows = [{"search": keys[0], "verdict": "right"}, {"search": keys[2], "verdict": "wrong", "by": "ben"}]
    path = tmp_path / "judged.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    assert run("--judge", path, "--by", "ana").stdout == "Judged: 2. Rejected: 0.\n"
    assert verdicts(sessions, keys) == [[("right", "ana")], [], [("wrong", "ben")]]


def test_lines_that_cannot_be_used_are_named_and_the_rest_is_taken(
    run: Run, keys: list[str], sessions: sessionmaker[Session], tmp_path: Path
):
    path = tmp_path / "judged.jsonl"
    lines = [
        "{",
        "[]",
        '{"search": 5, "verdict": "right"}',
        '{"search": "nothing", "verdict": "right"}',
        json.dumps({"search": keys[0], "verdict": "maybe"}),
        json.dumps({"search": keys[0], "verdict": "right"}),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = run("--judge", path)
    assert (done.exit_code, done.stdout) == (1, "Judged: 1. Rejected: 5.\n")
    assert done.stderr.splitlines() == [
        "judged.jsonl, line 1: This is not JSON.",
        "judged.jsonl, line 2: A line needs “search” and “verdict”.",
        "judged.jsonl, line 3: A line needs “search” and “verdict”.",
        "judged.jsonl, line 4: No such search was drawn to be judged.",
        "judged.jsonl, line 5: A judgement is right, wrong or unclear.",
    ]
    assert verdicts(sessions, keys)[0] == [("right", "command line")]


def test_a_file_that_is_not_there_gets_a_sentence(run: Run, tmp_path: Path):
    done = run("--judge", tmp_path / "nothing.jsonl")
    assert "nothing.jsonl cannot be read: No such file or directory." in str(done.exception)
