"""Tickets of another system, with their messages, customers and resolutions."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from kb import resolutions
from kb.customers import Person
from kb.errors import Invalid
from kb.history import Effect
from kb.imports import ticket_rows
from kb.imports.fields import (
    Channel,
    Codes,
    Key,
    Line,
    MaybeCountry,
    MaybeKey,
    MaybeLanguage,
    MaybeMoment,
    MaybeText,
    Moment,
    Text,
    Title,
    parsed,
    word,
)
from kb.imports.loading import Progress, known_codes
from kb.imports.people import CustomerLine
from kb.imports.report import Report
from kb.imports.ticket_rows import ImportedTicket
from kb.imports.writers import Writer
from kb.tables import TICKET_KINDS, TICKET_STATES

# What other systems call our states.
_STATES = {"resolved": "solved", "new": "open", "pending": "answered", "done": "solved", "hold": "answered"}

Author = Annotated[Literal["customer", "agent"], word("customer", "agent")]
TicketStatus = Annotated[str, word(*TICKET_STATES, **_STATES)]


class MessageLine(Line):
    """One message of the conversation; what is not said to be public is an internal note."""

    author: Author
    public: bool = False
    text: Text
    at: Moment


class TicketLine(Line):
    """One ticket."""

    id: Key
    subject: Title
    description: Text
    status: TicketStatus
    kind: Annotated[str, word(*TICKET_KINDS)] = "problem"
    channel: Channel = "api"
    language: MaybeLanguage = None
    country: MaybeCountry = None
    products: Codes = None
    created_at: Moment
    solved_at: MaybeMoment = None
    customer: Annotated[CustomerLine | None, BeforeValidator(parsed)] = None
    messages: Annotated[tuple[MessageLine, ...], BeforeValidator(parsed)] = ()
    resolution: MaybeText = None
    solution: MaybeKey = None


@dataclass(slots=True)
class _Writer(Writer[TicketLine, ImportedTicket]):
    """Writes batches of tickets, and remembers whose solutions they touch."""

    touched: set[str] = field(default_factory=set)

    def convert(self, line: TicketLine) -> tuple[object, ImportedTicket]:
        if line.solved_at and line.solved_at < line.created_at:
            raise Invalid("“solved_at” lies before “created_at”")
        person = line.customer.person() if line.customer else None
        digest = hashlib.sha256(line.model_dump_json().encode()).hexdigest()
        return line.id, _ticket(line, known_codes(line.products, self.codes) or (), person, digest)

    def save(self, items: list[ImportedTicket]) -> list[Effect]:
        effects = ticket_rows.save(
            self.session, items, codes=self.codes, reviewed=self.trust, actor=self.actor, why=self.why
        )
        for item, effect in zip(items, effects, strict=True):
            if item.solution_key and item.state in resolutions.SOLVED:
                if not self.trust:
                    self.report.drafts += effect != "unchanged"
                elif effect != "unchanged":
                    self.touched.add(item.solution_key)
        return effects


def import_tickets(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import tickets; of solved ones that are trusted, problem and resolution become searchable.

    Messages never do.
    """
    report = Report("tickets")
    writer = _Writer(session, trust, actor, f"import of {path.name}", report)
    writer.load(path, TicketLine, progress)
    resolutions.publish(session, writer.touched, actor=actor, why=writer.why)
    return report


def _ticket(
    line: TicketLine, products: tuple[str, ...], person: Person | None, digest: str
) -> ImportedTicket:
    own = f"ticket-{line.id}" if line.resolution else None
    messages = tuple((each.author, each.public, each.text, each.at) for each in line.messages)
    return ImportedTicket(
        key=line.id,
        subject=line.subject,
        description=line.description,
        state=line.status,
        kind=line.kind,
        channel=line.channel,
        language=line.language,
        country=line.country or (person.country if person else None),
        products=products,
        created_at=line.created_at,
        solved_at=line.solved_at,
        person=person,
        messages=messages,
        resolution=line.resolution,
        solution_key=line.solution or own,
        digest=digest,
    )
