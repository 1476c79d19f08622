"""The audit sample: searches that were drawn at random, and what staff judged of their first solution."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.record import Table, one_of

VERDICTS = ("right", "wrong", "unclear")


class Audit(Table):
    """A search that was drawn, with the share that is drawn and the decision that it was made by."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), unique=True)
    share: Mapped[float]
    decision: Mapped[str] = mapped_column(index=True)


class Judgement(Table):
    """What one person said of a drawn search; rows are only added, and the last one of a person counts."""

    __tablename__ = "judgements"
    __table_args__ = (one_of("verdict", VERDICTS),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), index=True)
    verdict: Mapped[str]
    judge: Mapped[str]
    at: Mapped[datetime]
