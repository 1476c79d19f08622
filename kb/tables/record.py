"""What all tables share: names of constraints, times in UTC, and columns that hold one of a few words."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy
from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, MetaData, String, insert
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Utc(TypeDecorator[datetime]):
    """A moment in UTC. A time without a zone is refused, for nobody could say later when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; SQLite keeps no zone, so that it gets none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """A text. What no database keeps, NUL and half characters, becomes the sign for a lost character."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be kept; a query for it then finds nothing instead of failing."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class Table(DeclarativeBase):
    """A table; constraints get names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Words, datetime: Utc, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


def one_of(column: str, words: Sequence[str]) -> CheckConstraint:
    """Limit a column to a few words, in the database itself."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def insert_many(
    session: Session, table: type[Table] | sqlalchemy.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows that have the same columns, in few statements and without making objects of them."""
    if rows:
        session.execute(insert(_plain(table)), list(rows))


def insert_numbered(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows like `insert_many`, and return their new ids in the same order."""
    if not rows:
        return []
    plain = _plain(table)
    query = insert(plain).returning(plain.c.id, sort_by_parameter_order=True)
    return list(session.execute(query, list(rows)).scalars())


def _plain(table: type[Table] | sqlalchemy.Table) -> sqlalchemy.Table:
    return table if isinstance(table, sqlalchemy.Table) else cast(sqlalchemy.Table, table.__table__)


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)
