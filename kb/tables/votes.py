"""What readers said of a solution that no search had led them to."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.record import Table, one_of

VOTES = ("solved", "rejected")


class Vote(Table):
    """One word of one reader; without a search it belongs to no inquiry, so that deflection leaves it out."""

    __tablename__ = "votes"
    __table_args__ = (one_of("kind", VOTES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_key: Mapped[str] = mapped_column(index=True)
    language: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str | None]
    at: Mapped[datetime]
