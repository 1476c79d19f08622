"""Open the database, bring it up to date, and run one unit of work in a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from kb.errors import BadDatabase, BadSetting, Unavailable
from kb.settings import Settings

# How long a writer waits for another one before SQLite reports a lock. An import of 100,000 rows holds the
# lock for about half a minute.
BUSY_MILLISECONDS = 60_000
# Any number will do, as long as it is always the same: two processes that migrate at once take turns.
_MIGRATION_LOCK = 7_211_966_012


def open_engine(settings: Settings) -> Engine:
    """Open the database of the settings; its folder is made when it is missing."""
    url = _url(settings)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; safe when several processes start at once."""
    config = migrations()
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise BadDatabase(f"The database cannot be opened: {_reason(error)}.") from error


def migrations() -> Config:
    """Return where the migrations are, for commands of Alembic that are given a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Return the maker of sessions for an engine."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(maker: sessionmaker[Session]) -> Iterator[Session]:
    """Give a session whose work is committed as a whole, or not at all."""
    try:
        with maker() as session, session.begin():
            yield session
    except OperationalError as error:
        if "database is locked" not in str(error.orig):
            raise
        raise Unavailable("The database is busy; please try again in a minute.") from error


@contextmanager
def reading(maker: sessionmaker[Session]) -> Iterator[Session]:
    """Give a session that can only read, and that no writer holds up."""
    with maker() as session:
        session.connection(execution_options={"read_only": True, "postgresql_readonly": True})
        yield session


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
