import multiprocessing
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from kb import db
from kb.errors import BadDatabase, BadSetting, Unavailable
from kb.settings import Settings
from kb.tables import Account, Team

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def team_names(maker: sessionmaker[Session]) -> list[str]:
    with db.reading(maker) as session:
        return list(session.scalars(select(Team.name).order_by(Team.name)))


def test_a_transaction_is_committed_as_a_whole_or_not_at_all(sessions: sessionmaker[Session]):
    with db.transaction(sessions) as session:
        session.add(Team(name="Heating"))

    def fail() -> None:
        with db.transaction(sessions) as session:
            session.add(Team(name="Cooling"))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert team_names(sessions) == ["Heating"]


def test_a_reading_session_cannot_write_and_the_next_one_can(sessions: sessionmaker[Session]):
    with db.reading(sessions) as session:
        session.add(Team(name="Heating"))
        with pytest.raises(DBAPIError, match=r"read.?only"):
            session.flush()
    with db.transaction(sessions) as session:
        session.add(Team(name="Heating"))
    assert team_names(sessions) == ["Heating"]


def test_a_writer_does_not_hold_up_a_reader(sessions: sessionmaker[Session]):
    with db.transaction(sessions) as writer:
        writer.add(Team(name="Heating"))
        writer.flush()
        assert team_names(sessions) == []
    assert team_names(sessions) == ["Heating"]


def test_times_are_utc_and_need_a_zone(session: Session):
    account = Account(email="a@example.org", name="A", role="agent")
    account.created_at = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    session.add(account)
    session.flush()
    session.expire_all()
    assert session.scalars(select(Account.created_at)).one() == MOMENT
    account.created_at = datetime(2026, 3, 1, 14)  # noqa: DTZ001
    with pytest.raises(StatementError, match="has no time zone"):
        session.flush()


def test_only_the_six_roles_exist(session: Session):
    for number, role in enumerate(("public", "customer", "agent", "editor", "analyst", "admin")):
        session.add(Account(email=f"{number}@example.org", name=role, role=role, created_at=MOMENT))
    session.flush()
    session.add(Account(email="root@example.org", name="root", role="root", created_at=MOMENT))
    with pytest.raises(IntegrityError, match="ck_accounts_role"):
        session.flush()


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path):
    engine = db.open_engine(Settings(data_dir=tmp_path / "new" / "folder"))
    with engine.connect() as connection:
        pragmas = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert pragmas == ["wal", 2, 1, db.BUSY_MILLISECONDS]


def test_a_writer_that_waits_too_long_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(db, "BUSY_MILLISECONDS", 50)
    _migrate(tmp_path)
    maker = db.sessions(db.open_engine(Settings(data_dir=tmp_path)))
    with db.transaction(maker) as session:
        session.add(Team(name="Heating"))
        session.flush()
        with pytest.raises(Unavailable, match="busy; please try again"), db.transaction(maker) as other:
            other.execute(select(Team))
    assert team_names(maker) == ["Heating"]
    maker.kw["bind"].dispose()


def _migrate(folder: Path) -> None:
    engine = db.open_engine(Settings(data_dir=folder))
    db.migrate(engine)
    engine.dispose()


def test_processes_that_start_at_once_migrate_once(tmp_path: Path):
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=_migrate, args=(tmp_path,)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0]
    connection = sqlite3.connect(tmp_path / "precedent.db")
    assert connection.execute("SELECT value FROM watermark").fetchall() == [(0,)]
    connection.close()


def test_migrating_again_changes_nothing(engine: Engine):
    db.migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM watermark")).scalar_one() == 1


def test_a_file_that_is_no_database_gets_a_sentence(tmp_path: Path):
    (tmp_path / "precedent.db").write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(
        BadDatabase, match=r"^The database .*precedent\.db cannot be opened\. It is damaged, or no data"
    ):
        _migrate(tmp_path)


def test_a_database_that_does_not_answer_gets_a_sentence():
    engine = db.open_engine(Settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(
        BadDatabase, match=r"^The database of PRECEDENT_DATABASE_URL cannot be opened\. It cannot be reached"
    ):
        db.migrate(engine)


def test_an_address_that_is_none_gets_a_sentence():
    with pytest.raises(BadSetting, match="is not an address of a database"):
        db.open_engine(Settings(database_url="postgresql:nonsense"))
