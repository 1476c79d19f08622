"""What a row said before: who changed it, when, what, and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.record import Table, one_of

SUBJECTS = ("product", "article", "solution", "customer", "ticket", "contact", "incident", "routing")


class Revision(Table):
    """One change of one row; `changes` maps each field to what it was and what it became."""

    __tablename__ = "revisions"
    __table_args__ = (one_of("subject", SUBJECTS), Index(None, "subject", "subject_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    subject_id: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    why: Mapped[str]
    changes: Mapped[dict[str, Any]]
