"""A machine that does not do its part: each time a clear sentence, and nothing is lost."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer import snapshot
from indexer.embed import Embedder
from kb import db, documents, inquiries, solutions, tickets
from kb.errors import Unavailable
from kb.settings import Settings

ARTICLE = {"id": "lamp", "title": "The fog lamp flickers", "body": "Tighten the screw.", "language": "en"}


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    said: str


Run = Callable[..., Done]


def without_powers(command: list[str]) -> list[str]:
    """Let root obey the permissions of files, as everybody else must."""
    return (
        ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *command]
        if os.geteuid() == 0
        else command
    )


@pytest.fixture
def run(company_settings: Settings) -> Run:
    """Give what runs a command on the company, in a process that permissions hold for."""

    def run(*arguments: str, before: Callable[[], None] | None = None, **changes: object) -> Done:
        settings = company_settings.changed(**changes)
        done = subprocess.run(
            without_powers([sys.executable, "-m", "service.start", *arguments]),
            env={**os.environ, **settings.environment()},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            preexec_fn=before,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr.strip())

    return run


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps(ARTICLE), encoding="utf-8")
    return str(path)


def published(settings: Settings) -> list[str]:
    engine = db.open_engine(settings)
    with db.reading(db.sessions(engine)) as session:
        found = [document.id for document in documents.documents(session)]
    engine.dispose()
    return found


@contextmanager
def read_only(*folders: Path) -> Iterator[None]:
    """Take the right to write away, from folders and all that is in them."""
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    yield
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode)


def small_files() -> None:
    """Let no file grow beyond 200 kB, as on a full disk: the kernel then refuses to write."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_disk_that_is_full_while_indexing_leaves_the_index_as_it_was(
    run: Run, article: str, company_settings: Settings
):
    before = snapshot.current(company_settings.index_dir)
    assert run("import", "--trust", article).code == 0
    done = run("index", before=small_files)
    assert done.code == 1
    assert done.said.startswith(f"precedent: The index cannot be written to {company_settings.index_dir}: ")
    assert done.said.endswith("The previous one, if any, still serves.")
    assert snapshot.load(company_settings.index_dir).id == before
    assert not list(company_settings.index_dir.glob(".*.partial"))
    assert "1. " in run("search", "my car will not turn over on frosty mornings").out
    assert run("index").code == 0
    assert "The fog lamp flickers" in run("search", "flickering fog lamp").out


def test_a_disk_that_is_full_while_importing_changes_nothing(
    company_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """SQLite's own limit on pages is the error of a full disk, at a place of our choice."""
    from sqlalchemy import event

    from service import cli

    rows = [
        ARTICLE | {"id": f"lamp-{n}", "title": f"Lamp {n}", "body": f"word{n} " * 500} for n in range(200)
    ]
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    before = published(company_settings)
    real = db.open_engine

    def full(settings: Settings) -> db.Engine:
        engine = real(settings)

        @event.listens_for(engine, "connect")
        def limit(connection: sqlite3.Connection, _record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 20}")

        return engine

    monkeypatch.setattr(cli.db, "open_engine", full)
    for name, value in company_settings.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["precedent", "import", "--trust", str(path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "precedent: The disk is full, so nothing was changed. Free some space and try again.\n"
    )
    monkeypatch.setattr(cli.db, "open_engine", real)
    assert published(company_settings) == before


def test_a_folder_that_cannot_be_written_is_said_and_still_searched(
    run: Run, article: str, company_settings: Settings
):
    with read_only(company_settings.data_dir):
        imported, indexed = run("import", article), run("index")
        found = run("search", "my car will not turn over on frosty mornings")
    for done in (imported, indexed):
        assert done.code == 1
        assert "must belong to who runs Precedent" in done.said or "Permission denied" in done.said
    assert (found.code, "1. " in found.out) == (0, True)
    assert "lamp" not in published(company_settings)


def test_a_folder_of_the_index_that_cannot_be_written(run: Run, article: str, company_settings: Settings):
    assert run("import", "--trust", article).code == 0
    with read_only(company_settings.index_dir):
        done = run("index")
    assert done.code == 1
    assert done.said == (
        f"precedent: The index cannot be written to {company_settings.index_dir}: Permission denied. "
        "The previous one, if any, still serves."
    )


def test_files_that_may_not_be_read(run: Run, company_settings: Settings):
    id_ = snapshot.current(company_settings.index_dir)
    vectors = company_settings.index_dir / str(id_) / "base" / "vectors.npy"
    vectors.chmod(0)
    done = run("search", "my car will not turn over")
    assert done.code == 1
    assert f"No index in {company_settings.index_dir} can be used ({id_}: " in done.said
    assert done.said.endswith("Run “precedent index” to make it anew.")
    vectors.chmod(0o644)
    database = company_settings.data_dir / "precedent.db"
    database.chmod(0)
    done = run("index")
    assert (done.code, done.said) == (
        1,
        f"precedent: The database {database} cannot be opened. "
        "Its file and its folder must belong to who runs Precedent.",
    )
    database.chmod(0o644)
    assert run("index").code == 0


@pytest.mark.parametrize("content", [b"", b"torn" * 1000], ids=["empty", "torn"])
def test_a_database_that_is_damaged(run: Run, company_settings: Settings, content: bytes):
    database = company_settings.data_dir / "precedent.db"
    kept = database.read_bytes()
    database.write_bytes(content)
    done = run("index")
    assert done.code == 1
    if content:
        assert done.said.endswith("It is damaged, or no database at all: restore the last backup.")
    else:  # an empty file is a new database, in which nothing is published
        assert "Nothing is published yet" in done.said
    for each in company_settings.data_dir.glob("precedent.db*"):
        each.unlink()
    database.write_bytes(kept)
    assert run("index").code == 0


def test_a_database_that_another_program_holds(
    run: Run, article: str, company_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(db, "BUSY_MILLISECONDS", 200)
    engine = db.open_engine(company_settings)
    with closing(sqlite3.connect(company_settings.data_dir / "precedent.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert run("index").code == 0  # it only reads, and nobody who writes holds it up
        new = tickets.NewTicket("problem", "It squeaks", "At night.")
        busy = pytest.raises(Unavailable, match="The database is busy; please try again in a minute")
        with busy, db.transaction(db.sessions(engine)) as session:
            tickets.open_ticket(session, new, "a-key")
        other.execute("ROLLBACK")
    with db.transaction(db.sessions(engine)) as session:
        assert tickets.open_ticket(session, new, "a-key").created
    engine.dispose()


def test_a_cache_that_cannot_be_written_or_made(run: Run, tmp_path: Path):
    (tmp_path / "cache").mkdir()
    with read_only(tmp_path / "cache"):
        done = run("index", cache_dir=tmp_path / "cache")
    assert done.code == 1
    assert (
        f"The embedder cannot be prepared in {tmp_path / 'cache'}: Permission denied. Free some" in done.said
    )
    (tmp_path / "file").write_text("no folder")
    done = run("index", cache_dir=tmp_path / "file")
    assert "or set PRECEDENT_CACHE_DIR to a folder that can be written." in done.said


def test_a_data_folder_that_cannot_be_made(run: Run, tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    done = run("init", data_dir=tmp_path / "file")
    assert (done.code, done.said) == (
        1,
        f"precedent: The folder {tmp_path / 'file'} cannot be made: File exists. "
        "Set PRECEDENT_DATA_DIR to a folder that can be written.",
    )


def test_a_clock_that_is_set_back_loses_and_mixes_nothing(
    company_settings: Settings, embedder: Embedder, publish: Callable[..., str]
):
    """What was done before the change lies in the future afterwards: searches, tickets, solutions."""
    engine = db.open_engine(company_settings)
    maker = db.sessions(engine)
    later = datetime.now(UTC)
    earlier = later - timedelta(days=400)
    record = inquiries.SearchRecord(
        "it leaks", "en", None, (), (), "escalate", 0.1, 0.6, False, None, "s", "e", visitor="v"
    )  # fmt: skip
    numbers = []
    for moment in (later, earlier):
        with db.transaction(maker) as session:
            new = solutions.NewText("lamp", "en", "The fog lamp", f"Tighten it. {moment.year}", ("SUV",))
            solutions.put(session, [new], kind="article", actor="tests", why="x", at=moment)
            key = inquiries.record_search(session, record, at=moment)
            opened = tickets.open_ticket(
                session, tickets.NewTicket("problem", "It squeaks", "At night.", search_id=key), at=moment
            )
            numbers.append(opened.number)
            tickets.change_status(session, opened.number, "answered", actor="ann", why="mail", at=moment)
        id_ = publish(company_settings, maker, embedder)
        loaded = snapshot.load(company_settings.index_dir)
        assert loaded.id == id_
        texts = [d.text for d in loaded.corpus.documents if d.id == "lamp"]
        assert texts == [f"Tighten it. {moment.year}"]
    with db.reading(maker) as session:
        for number in numbers:
            status = tickets.status_by_number(session, number)
            assert [step.state for step in status.history] == ["open", "answered"]
    engine.dispose()


def test_a_journal_that_is_damaged_costs_time_and_nothing_else(
    run: Run, article: str, company_settings: Settings
):
    assert run("import", "--trust", article).code == 0
    (company_settings.index_dir / "embedded.db").write_bytes(b"not a database" * 100)
    assert run("index").code == 0
    assert "The fog lamp flickers" in run("search", "flickering fog lamp").out


def test_an_index_folder_that_was_deleted_is_made_again(run: Run, company_settings: Settings):
    shutil.rmtree(company_settings.index_dir)
    assert "There is no index to search in yet" in run("search", "anything").said
    assert run("index").code == 0
    assert run("search", "my car will not turn over on frosty mornings").code == 0
