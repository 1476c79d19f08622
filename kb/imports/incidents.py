"""Incidents: known problems with their products, what solved them, and who follows them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.history import Effect
from kb.imports import incident_rows
from kb.imports.fields import (
    Codes,
    Key,
    Language,
    Line,
    MaybeKey,
    MaybeMoment,
    Moment,
    Text,
    Title,
    parsed,
    word,
)
from kb.imports.incident_rows import ImportedFollower, ImportedIncident
from kb.imports.loading import Progress, known_codes, known_ticket
from kb.imports.people import KnownCustomerLine
from kb.imports.report import Report
from kb.imports.writers import Writer
from kb.tables import INCIDENT_STATES, Solution


class FollowerLine(Line):
    """A customer who wants to hear of it; `ticket` is the id of their ticket in the file of tickets."""

    customer: KnownCustomerLine
    ticket: MaybeKey = None
    at: Moment


class IncidentLine(Line):
    """One incident; `solution` is the id of an article, or of the solution that tickets share."""

    id: Key
    title: Title
    text: Text
    language: Language
    products: Codes = None
    state: Annotated[str, word(*INCIDENT_STATES, closed="resolved", solved="resolved")]
    created_at: Moment
    resolved_at: MaybeMoment = None
    solution: MaybeKey = None
    followers: Annotated[tuple[FollowerLine, ...], BeforeValidator(parsed)] = ()


@dataclass(slots=True)
class _Writer(Writer[IncidentLine, ImportedIncident]):
    """Writes batches of incidents."""

    def convert(self, line: IncidentLine) -> tuple[object, ImportedIncident]:
        if line.resolved_at and line.state == "open":
            raise Invalid("“resolved_at” is given, but “state” is open")
        if line.resolved_at and line.resolved_at < line.created_at:
            raise Invalid("“resolved_at” lies before “created_at”")
        return line.id, ImportedIncident(
            key=line.id,
            title=line.title,
            text=line.text,
            language=line.language,
            products=known_codes(line.products, self.codes) or (),
            state=line.state,
            created_at=line.created_at,
            resolved_at=line.resolved_at,
            solution_id=self._solution(line.solution),
            followers=tuple(self._follower(each) for each in line.followers),
        )

    def save(self, items: list[ImportedIncident]) -> list[Effect]:
        return incident_rows.save(self.session, items, codes=self.codes, actor=self.actor, why=self.why)

    def _follower(self, line: FollowerLine) -> ImportedFollower:
        return ImportedFollower(line.customer.person(), known_ticket(self.session, line.ticket), line.at)

    def _solution(self, key: str | None) -> int | None:
        if key is None:
            return None
        found = self.session.scalars(select(Solution.id).where(Solution.key == key)).first()
        if found is None:
            raise Invalid(
                f"there is no solution “{key}”; import its article, or its tickets with --trust, first"
            )
        return found


def import_incidents(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import incidents. `trust` makes no difference: they are never searched."""
    report = Report("incidents")
    writer = _Writer(session, trust, actor, f"import of {path.name}", report)
    writer.load(path, IncidentLine, progress)
    return report
