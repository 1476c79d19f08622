"""Support sites that embed the widget."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.record import Table


class Site(Table):
    """One support site: who may call us from it, and how it speaks.

    One that was removed keeps its row, for searches and tickets came from it.
    """

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    origins: Mapped[list[str]]
    identity_key: Mapped[str | None]
    countries: Mapped[list[str]]
    languages: Mapped[list[str]]
    texts: Mapped[dict[str, Any]]
    mail: Mapped[str | None]
    consent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
