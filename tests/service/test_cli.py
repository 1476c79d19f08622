"""The command line, with real files, a real database and the real embedder."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer import snapshot
from service import cli


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]

PRODUCTS = [{"code": "SUV", "name": "Tarnwald", "names": [{"name": "Ostrevo", "country": "ES"}]}]
ARTICLES = [
    {"id": "cold", "language": "en", "title": "The engine of the Tarnwald does not start in the cold",
     "body": "Wait for the glow plugs: turn the key half way and start when the lamp is off.",
     "products": ["SUV"]},
    {"id": "radio", "title": "The radio asks for a code", "language": "en",
     "body": "The code stands on the card in the glove box. Type it and hold the knob for two seconds."},
]  # fmt: skip
TICKETS = [
    {"id": "7", "subject": "Boot lid stuck", "description": "the boot lid will not open since the rain",
     "status": "solved", "created_at": "2026-01-02", "language": "en",
     "resolution": "Pull the emergency cord behind the left rear light.",
     "messages": [
         {"author": "agent", "public": False, "text": "caller is a zebra whisperer", "at": "2026-01-02"}]},
]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give what runs `precedent` with a data folder of the test's own."""

    def run(*arguments: str | Path, **settings: str) -> Done:
        monkeypatch.chdir(tmp_path)
        for name, value in environment(tmp_path, settings).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["precedent", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        said = capsys.readouterr()
        return Done(int(exit_.value.code or 0), said.out, said.err)

    return run


def environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    """Return the environment of a command; the prepared embedder stays where it is."""
    return os.environ | {"PRECEDENT_DATA_DIR": str(folder / "var")} | settings


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Give a small company as files."""
    rows = {"products": PRODUCTS, "articles": ARTICLES, "tickets": TICKETS}
    return [lines(tmp_path / f"{name}.jsonl", each) for name, each in rows.items()]  # type: ignore[arg-type]


def test_import_index_search(run: Run, files: list[Path]) -> None:
    imported = run("import", "--trust", *files, "--json")
    assert imported.returncode == 0, imported.stderr
    assert [report["added"] for report in json.loads(imported.stdout)] == [1, 2, 1]
    assert run("index").returncode == 0
    found = run("search", "Ostrevo will not start in winter", "--country", "ES", "--json")
    answer = json.loads(found.stdout)
    parts = ["query", "language", "products", "decision", "solutions", "incidents", "cut", "degraded"]
    assert list(answer) == parts
    assert answer["solutions"][0]["id"] == "cold"
    assert answer["products"][0]["code"] == "SUV"
    assert answer["products"][0]["matched"] == "Ostrevo"
    told = run("search", "boot lid does not open after rain")
    assert "ticket-7" in told.stdout.splitlines()[2]
    hits = json.loads(run("search", "zebra whisperer", "--json").stdout)["solutions"]
    assert "zebra" not in json.dumps(hits)


def test_a_very_long_problem_is_cut_and_one_without_words_refused(run: Run, files: list[Path]) -> None:
    run("import", "--trust", *files)
    run("index")
    done = run("search", "the radio wants a code " * 5000)
    assert "radio" in done.stdout.splitlines()[2]
    assert "Only the first 2,000 characters were searched." in done.stderr
    refused = run("search", "🙂 🙂")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("precedent: Please describe the problem in a few words")


def test_importing_again_changes_nothing(run: Run, files: list[Path]) -> None:
    run("import", "--trust", *files)
    again = json.loads(run("import", "--trust", *files, "--json").stdout)
    assert [(r["added"], r["changed"], r["unchanged"]) for r in again] == [(0, 0, 1), (0, 0, 2), (0, 0, 1)]


def test_nothing_is_found_without_trust(run: Run, files: list[Path]) -> None:
    told = run("import", *files)
    assert "--trust" in told.stdout
    indexed = run("index")
    assert indexed.returncode == 1
    assert indexed.stderr.strip() == (
        "precedent: Nothing is published yet: import what was reviewed with --trust, then index."
    )


def test_bad_rows_are_told_and_the_rest_is_imported(run: Run, tmp_path: Path) -> None:
    path = lines(tmp_path / "articles.jsonl", ARTICLES[1:])  # type: ignore[arg-type]
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "broken", "title": \n')
        file.write(json.dumps(ARTICLES[0] | {"products": ["NONE"]}) + "\n")
    done = run("import", "--trust", path, "--json")
    report = json.loads(done.stdout)[0]
    assert (done.returncode, report["added"]) == (1, 1)
    assert [row["line"] for row in report["rejected"]] == [2, 3]


def test_rules_that_take_the_place_of_others_are_told(run: Run, tmp_path: Path) -> None:
    note = "The list of rules was replaced: {} before, {} now."
    note += " Tickets that are open already stay where they are."
    rules: list[dict[str, object]] = [{"team": "Bugs", "kind": "bug"}, {"team": "Everything else"}]
    done = run("import", lines(tmp_path / "routing.jsonl", rules))
    assert done.stdout.splitlines()[-1] == f"routing.jsonl: {note.format(0, 2)}"
    again = run("import", lines(tmp_path / "routing.jsonl", rules[1:]), "--json")
    assert json.loads(again.stdout)[0]["notes"] == [note.format(2, 1)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("search", "it leaks"), "There is no index to search in yet"),
        (("search", "it leaks", "--country", "Spain"), "“Spain” is not a country"),
        (("search", "it leaks", "--language", "klingon"), "“klingon” is not a language"),
        (("import", "nowhere.jsonl"), "There is no file or folder nowhere.jsonl"),
        (("evaluate", "."), "holds no corpus.jsonl"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [("search",), ("import",), ("fly",), ("search", "x", "--limit", "0")])
def test_wrong_usage_exits_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 2


def test_wrong_settings_name_the_nearest(run: Run) -> None:
    assert "PRECEDENT_DATA_DIR" in run("init", PRECEDENT_DATADIR="x").stderr


def test_a_wrong_embedder_is_named(run: Run) -> None:
    done = run("init", PRECEDENT_EMBEDDER="no-such-embedder", HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    assert "The embedder “no-such-embedder” cannot be loaded" in done.stderr


def test_an_index_of_another_embedder_is_refused(run: Run, files: list[Path], tmp_path: Path) -> None:
    run("import", "--trust", *files)
    assert run("index").returncode == 0
    root = tmp_path / "var" / "index"
    loaded = snapshot.load(root)
    shutil.rmtree(root)
    snapshot.publish(root, loaded.corpus, "somebody-else", loaded.watermark)
    done = run("search", "it leaks")
    assert "made with the embedder “somebody-else”" in done.stderr
    assert "precedent index" in done.stderr


def test_evaluate(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    lines(
        folder / "corpus.jsonl", [{"_id": a["id"], "title": a["title"], "text": a["body"]} for a in ARTICLES]
    )
    lines(folder / "queries.jsonl", [
        {"_id": "q1", "text": "the car does not start when it freezes", "metadata": {"language": "en"}},
        {"_id": "q2", "text": "radio wants a code", "metadata": {"language": "en"}},
        {"_id": "q3", "text": "who painted the ceiling", "metadata": {"language": "en"}},
    ])  # fmt: skip
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\tcold\t1\nq2\tradio\t1\n", encoding="utf-8"
    )
    figures = json.loads(run("evaluate", folder, "--json").stdout)
    counts = [figures[name] for name in ("dataset", "documents", "queries", "answerable")]
    assert counts == ["set", 2, 3, 2]
    assert (figures["hit@1"], figures["mrr@10"], figures["ndcg@10"]) == (1.0, 1.0, 1.0)
    assert figures["by"]["language"]["en"]["queries"] == 2
    assert figures["auroc_answerable"] == 1.0
    assert set(figures["seconds"]) == {"index", "search_p50", "search_p95"}
    (folder / "qrels" / "test.tsv").unlink()
    assert "holds no qrels/test.tsv" in run("evaluate", folder).stderr


def test_demo_serves_and_a_busy_port_is_told(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("demo", "--port", port)
        assert done.returncode == 1
        assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    server = subprocess.Popen(
        [sys.executable, "-m", "service.start", "demo", "--port", port],
        env=environment(tmp_path, {}),
        cwd=tmp_path,
    )
    try:
        page = wait_for(f"http://127.0.0.1:{port}/readyz")
        assert json.loads(page)["solutions"] >= 60
        row = wait_for(f"http://127.0.0.1:{port}/api/v1/sites/orrinvale")
        assert json.loads(row)["name"] == "Orrinvale"
    finally:
        server.terminate()
        assert server.wait(timeout=30) == -signal.SIGTERM  # it ends in order, then says what ended it


def wait_for(address: str) -> str:
    """Return what `address` answers, as soon as somebody listens."""
    deadline = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
