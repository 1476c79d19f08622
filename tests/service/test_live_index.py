"""The index that is searched follows what is published, withdrawn and indexed."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from indexer.embed import Embedder, Vectors
from indexer.snapshot import current
from kb import db, solutions
from kb.errors import NoIndex, Unavailable
from kb.settings import Settings
from service import live_index, reindex
from service.live_index import LiveIndex

ASK = {"country": None, "language": None, "limit": 3, "may_see": frozenset({"public"})}
FOG = solutions.NewText("fog-lamp", "en", "The fog lamp flickers", "Tighten the screw.", ("SUV",))
Publish = Callable[[Settings, sessionmaker[Session], Embedder], str]


@pytest.fixture
def sessions(company_settings: Settings) -> Iterator[sessionmaker[Session]]:
    """Give sessions of the company's database."""
    engine = db.open_engine(company_settings)
    yield db.sessions(engine)
    engine.dispose()


@pytest.fixture
def index(company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder) -> LiveIndex:
    """Give the open index of the company; it looks when it is told to."""
    index = LiveIndex(company_settings, sessions, embedder)
    index.open()
    return index


@contextmanager
def following(index: LiveIndex) -> Iterator[LiveIndex]:
    """Let an index follow the changes by itself."""
    index.start()
    try:
        yield index
    finally:
        index.close()


def put(sessions: sessionmaker[Session], *texts: solutions.NewText) -> None:
    with db.transaction(sessions) as session:
        solutions.put(session, texts, kind="article", actor="tests", why="new")


def withdraw(sessions: sessionmaker[Session], id_: str) -> None:
    with db.transaction(sessions) as session:
        solutions.withdraw(session, id_, None, actor="tests", why="wrong")


def until(what: Callable[[], bool], seconds: float) -> float:
    """Wait until something is so, and return how long it took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - begun


class Faulty:
    """The real embedder, until it is broken."""

    def __init__(self, real: Embedder) -> None:
        self.real, self.id, self.dimension, self.broken = real, real.id, real.dimension, False
        self.parts = real.parts

    def queries(self, texts: list[str]) -> Vectors:
        if self.broken:
            raise RuntimeError("the engine has died")
        return self.real.queries(texts)

    def passages(self, texts: list[str], progress: object = None) -> Vectors:
        return self.real.passages(texts)


def ids(index: LiveIndex, text: str) -> list[str]:
    return [hit.id for hit in index.search(text, **ASK).hits]


def test_it_searches_what_is_published(index: LiveIndex):
    assert index.state().missing is None
    assert index.state().size == 12
    assert ids(index, "my car will not turn over on frosty mornings")[0] == "cold-start"


def test_without_an_index_it_says_what_to_do(tmp_path: Path, sessions: sessionmaker[Session]):
    index = LiveIndex(Settings(data_dir=tmp_path), sessions)
    index.open()
    assert "precedent index" in str(index.state().missing)
    with pytest.raises(NoIndex, match="precedent index"):
        index.search("anything", **ASK)
    assert index.suggest("any", country=None, language=None, limit=5, may_see=frozenset({"public"})) == ()


def test_an_index_of_another_embedder_is_refused(
    company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder
):
    other = Faulty(embedder)
    other.id = "another"
    index = LiveIndex(company_settings, sessions, other)
    index.open()
    assert "embedder" in str(index.state().missing)


def test_an_index_that_is_damaged_does_not_stop_the_service(
    company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder
):
    folder = next(path for path in company_settings.index_dir.iterdir() if path.is_dir())
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"\x00")
    index = LiveIndex(company_settings, sessions, embedder)
    index.open()
    assert index.state().missing is not None
    with pytest.raises(Unavailable):
        index.search("anything", **ASK)


def test_when_the_embedder_dies_words_are_still_searched(
    company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder
):
    faulty = Faulty(embedder)
    index = LiveIndex(company_settings, sessions, faulty)
    index.open()
    faulty.broken = True
    result = index.search("descaling the coffee machine", **ASK)
    assert result.degraded
    assert result.hits[0].id == "descale"


def test_without_an_embedder_words_are_searched_and_the_reason_is_told(
    company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder, monkeypatch
):
    def fail(_settings: Settings) -> Embedder:
        raise Unavailable("The cache cannot be written.")

    monkeypatch.setattr(live_index, "open_embedder", fail)
    index = LiveIndex(company_settings, sessions)
    index.open()
    assert index.search("descaling the coffee machine", **ASK).degraded
    assert ids(index, "descaling the coffee machine")[0] == "descale"
    assert index.state().missing == "The cache cannot be written."
    monkeypatch.setattr(live_index, "open_embedder", lambda _settings: embedder)
    index.look()
    assert index.state().missing == "The cache cannot be written."  # not yet: it was tried a moment ago
    index._embedder_at -= live_index.TRY_AGAIN_SECONDS
    index.look()
    assert index.state().missing is None
    assert index.search("descaling the coffee machine", **ASK).degraded is None


def test_a_newly_published_index_is_searched(
    index: LiveIndex, company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder,
    publish: Publish,
):  # fmt: skip
    put(sessions, FOG)
    published = publish(company_settings, sessions, embedder)
    index.look()
    assert index.state().snapshot == published
    assert ids(index, "flickering fog lamp")[0] == "fog-lamp"


def test_a_first_index_is_found_without_a_restart(
    company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder
):
    name = current(company_settings.index_dir)
    hidden = company_settings.index_dir.rename(company_settings.data_dir / "hidden")
    index = LiveIndex(company_settings, sessions, embedder)
    index.open()
    assert index.state().snapshot is None
    hidden.rename(company_settings.index_dir)
    index.look()
    assert (index.state().snapshot, index.state().size) == (name, 12)


def test_what_is_published_and_withdrawn_acts_soon_in_every_process(
    index: LiveIndex, company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder
):
    other = LiveIndex(company_settings, sessions, embedder)
    other.open()
    with following(index), following(other):  # `make proof` measures the second that this may take
        put(sessions, FOG)
        until(lambda: all(ids(each, "flickering fog lamp")[0] == "fog-lamp" for each in (index, other)), 20)
        withdraw(sessions, "fog-lamp")
        until(lambda: all("fog-lamp" not in ids(each, "flickering fog lamp") for each in (index, other)), 20)
    assert {each.state().snapshot for each in (index, other)} == {current(company_settings.index_dir)}


def test_a_solution_that_changes_after_the_index_was_opened_follows_too(
    index: LiveIndex, sessions: sessionmaker[Session]
):
    for step, body in enumerate(("Turn it off.", "Turn it on again.")):
        put(sessions, solutions.NewText("fog-lamp", "en", "The fog lamp flickers", body, ("SUV",)))
        index.look()
        hit = index.search("flickering fog lamp", **ASK).hits[0]
        assert (hit.id, hit.snippet, index.state().size) == ("fog-lamp", body, 13), step


def test_many_changes_wait_for_an_index_and_what_was_withdrawn_is_gone_at_once(
    index: LiveIndex, company_settings: Settings, sessions: sessionmaker[Session], embedder: Embedder,
    publish: Publish, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(live_index, "MOST_AT_ONCE", 3)
    put(
        sessions, *(solutions.NewText(f"lamp-{n}", "en", f"Lamp {n} is dark", "Change it.") for n in range(4))
    )
    withdraw(sessions, "descale")
    index.look()
    assert (index.state().waiting, index.state().size) == (4, 11)
    assert "descale" not in ids(index, "descaling the coffee machine")
    publish(company_settings, sessions, embedder)
    index.look()
    assert (index.state().waiting, index.state().size) == (0, 15)
    assert ids(index, "Lamp 2 is dark")[0] == "lamp-2"


def test_after_many_changes_the_index_is_made_anew_beside_the_service(
    index: LiveIndex, company_settings: Settings, sessions: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    before = current(company_settings.index_dir)
    with following(index):
        put(
            sessions,
            *(solutions.NewText(f"lamp-{n}", "en", f"Lamp {n} is dark", "Change it.") for n in range(60)),
        )
        until(lambda: current(company_settings.index_dir) != before, 60)
        until(lambda: index.state().snapshot == current(company_settings.index_dir), 5)
        assert (index.state().waiting, index.state().size) == (0, 72)
        assert ids(index, "Lamp 41 is dark")[0] == "lamp-41"


def test_only_one_process_makes_the_index(company_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    started: list[list[str]] = []
    real = subprocess.Popen

    def watch(command: list[str], **options: object) -> "subprocess.Popen[bytes]":
        started.append(command)
        return real(command, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(reindex.subprocess, "Popen", watch)
    one, other = reindex.Reindex(company_settings), reindex.Reindex(company_settings)
    for each in (one, one, other):
        each.start()
    until(lambda: not one._lock.locked() and not other._lock.locked(), 60)
    assert len(started) == 1
    one.close()
    other.close()


def test_a_database_that_is_down_is_followed_again_when_it_is_back(
    index: LiveIndex, company_settings: Settings, sessions: sessionmaker[Session]
):
    put(sessions, FOG)
    file = company_settings.data_dir / "precedent.db"
    sessions.kw["bind"].dispose()
    away = file.rename(file.with_name("away.db"))
    file.mkdir()
    with following(index):
        time.sleep(3 * live_index.LOOK_SECONDS)
        assert ids(index, "my car will not turn over on frosty mornings")[0] == "cold-start"
        file.rmdir()
        away.rename(file)
        until(lambda: ids(index, "flickering fog lamp")[0] == "fog-lamp", 10)


def test_a_database_that_was_restored_makes_the_index_anew(
    index: LiveIndex, sessions: sessionmaker[Session], company_settings: Settings
):
    """What the index knows and the database has forgotten cannot be told from the watermark."""
    sessions.kw["bind"].dispose()
    file = company_settings.data_dir / "precedent.db"
    backup = file.read_bytes()
    put(sessions, FOG)
    index.look()
    assert ids(index, "flickering fog lamp")[0] == "fog-lamp"
    before = current(company_settings.index_dir)
    sessions.kw["bind"].dispose()
    for each in company_settings.data_dir.glob("precedent.db-*"):
        each.unlink()
    file.write_bytes(backup)
    with following(index):
        until(lambda: current(company_settings.index_dir) != before, 60)
        until(lambda: "fog-lamp" not in ids(index, "flickering fog lamp"), 5)


def test_the_first_solution_makes_the_first_index(tmp_path: Path, sqlite_template: Path, embedder: Embedder):
    shutil.copy(sqlite_template, tmp_path / "precedent.db")
    settings = Settings(data_dir=tmp_path)
    engine = db.open_engine(settings)
    index = LiveIndex(settings, db.sessions(engine), embedder)
    index.open()
    with following(index):
        time.sleep(2 * live_index.LOOK_SECONDS)
        assert not settings.index_dir.exists()
        put(db.sessions(engine), solutions.NewText("fog-lamp", "en", "The fog lamp flickers", "Tighten it."))
        until(lambda: index.state().size == 1, 60)
        assert ids(index, "flickering fog lamp") == ["fog-lamp"]
    engine.dispose()
