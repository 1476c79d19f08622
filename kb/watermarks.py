"""The watermark: a number that grows with every change that search must know."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.tables import Watermark


def grow(session: Session) -> int:
    """Take the next number.

    The row stays locked until the commit, so that numbers become visible in their order: who has read
    everything up to one has missed nothing below it.
    """
    return session.execute(
        update(Watermark).values(value=Watermark.value + 1).returning(Watermark.value)
    ).scalar_one()


def current(session: Session) -> int:
    """Return the number of the last change."""
    return session.execute(select(Watermark.value)).scalar_one()
