"""Open the database, bring it up to date, and run one unit of work in a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from kb.errors import BadDatabase, BadSetting, Unavailable
from kb.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

# The last of the migrations; a database that has seen it needs none.
REVISION = "0005"
# How long a writer waits for another one before SQLite reports a lock. An import of 100,000 rows holds the
# lock for about half a minute.
BUSY_MILLISECONDS = 60_000
# Any number will do, as long as it is always the same: two processes that migrate at once take turns.
_MIGRATION_LOCK = 7_211_966_012
_FULL = "The disk is full, so nothing was changed. Free some space and try again."
_UNREACHABLE = "It cannot be reached; see PRECEDENT_DATABASE_URL."
_DAMAGED = "It is damaged, or no database at all: restore the last backup."
# What comes from outside, by a part of what SQLite or PostgreSQL says of it.
_OUTSIDE = {
    "database is locked": "The database is busy; please try again in a minute.",
    "disk is full": _FULL,
    "No space left on device": _FULL,
    "readonly database": "It cannot be written: its file and its folder must belong to who runs Precedent.",
    "unable to open database file": "Its file and its folder must belong to who runs Precedent.",
    "disk I/O error": "The disk reports an error, so nothing was changed; look at the disk.",
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "connection failed": _UNREACHABLE,
    "Connection refused": _UNREACHABLE,
    "server closed the connection": _UNREACHABLE,
    "terminating connection": _UNREACHABLE,
}


def open_engine(settings: Settings) -> Engine:
    """Open the database of the settings; its folder is made when it is missing."""
    url = _url(settings)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadDatabase(
                f"The folder {folder} cannot be made: {error.strerror or error}. "
                "Set PRECEDENT_DATA_DIR to a folder that can be written."
            ) from error
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; safe when several processes start at once.

    Tables that are up to date are only looked at, so that nobody who writes meanwhile holds up the start.
    """
    try:
        found = _revision(engine)
        if found == REVISION:
            return
        if found is not None and found > REVISION:
            raise BadDatabase("The database was made by a newer version of Precedent: install that one.")
        from alembic import command  # a third of a second, for the few starts that need it

        config = migrations()
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        where = engine.url.database if engine.dialect.name == "sqlite" else "of PRECEDENT_DATABASE_URL"
        why = _explained(error) or f"{_reason(error)}."
        raise BadDatabase(f"The database {where} cannot be opened. {why}") from error


def migrations() -> "Config":
    """Return where the migrations are, for commands of Alembic that are given a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Return the maker of sessions for an engine."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(maker: sessionmaker[Session]) -> Iterator[Session]:
    """Give a session whose work is committed as a whole, or not at all."""
    with _told(), maker() as session, session.begin():
        yield session


@contextmanager
def reading(maker: sessionmaker[Session]) -> Iterator[Session]:
    """Give a session that can only read, and that no writer holds up."""
    with _told(), maker() as session:
        session.connection(execution_options={"read_only": True, "postgresql_readonly": True})
        yield session


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the machine does to a database into a sentence; mistakes of ours stay what they are."""
    try:
        yield
    except DBAPIError as error:
        if why := _explained(error):
            raise Unavailable(
                f"The database cannot be used. {why}" if why.startswith("It") else why
            ) from error
        raise


def _explained(error: DBAPIError) -> str | None:
    """Return what to do about an error that comes from outside."""
    said = str(error.orig)
    found = next((sentence for sign, sentence in _OUTSIDE.items() if sign in said), None)
    if found is None and error.connection_invalidated:
        return _UNREACHABLE
    return found


def _revision(engine: Engine) -> str | None:
    """Return the last migration that the database has seen."""
    with engine.connect() as connection:
        connection.execution_options(read_only=True)
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _url(settings: Settings) -> URL:
    try:
        url = make_url(settings.database)
    except ArgumentError as error:
        raise BadSetting("PRECEDENT_DATABASE_URL is not an address of a database.") from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def _prepare_sqlite(connection: object, entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # we begin transactions ourselves, below
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a lock that is taken later cannot be waited for."""
    read_only = bool(connection.get_execution_options().get("read_only"))
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0].rstrip(".")
