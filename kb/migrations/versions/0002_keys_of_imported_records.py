"""Contacts and incidents keep the id of the system they come from, and revisions like all other records.

SQLite copies a table to change a constraint of it, and dropping the old `incidents` would take its followers
along: a new column with a unique index needs no copy. Nothing refers to `revisions`: it may be copied.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEFORE = "subject IN ('product', 'article', 'solution', 'customer', 'ticket')"
_AFTER = (
    "subject IN ('product', 'article', 'solution', 'customer', 'ticket', 'contact', 'incident', 'routing')"
)


def upgrade() -> None:
    for table in ("contacts", "incidents"):
        op.add_column(table, sa.Column("key", sa.String(), nullable=True))
        op.create_index(op.f(f"ix_{table}_key"), table, ["key"], unique=True)
    _limit_subjects(_AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM revisions WHERE subject IN ('contact', 'incident', 'routing')")
    _limit_subjects(_BEFORE)
    for table in ("incidents", "contacts"):
        op.drop_index(op.f(f"ix_{table}_key"), table)
        op.drop_column(table, "key")


def _limit_subjects(words: str) -> None:
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_revisions_subject"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_revisions_subject"), words)
