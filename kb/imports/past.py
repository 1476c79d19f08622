"""Past tickets and articles of a file, for looking back: nothing is stored, and no person is read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.errors import ImportFailed, Invalid
from kb.imports import fields
from kb.imports.articles import ArticleLine
from kb.imports.fields import Codes, Key, Line, MaybeCountry, MaybeKey, MaybeLanguage, MaybeMoment, MaybeText
from kb.imports.report import Rejected
from kb.imports.rows import Row, read_rows
from kb.imports.tickets import TicketStatus
from kb.resolutions import SOLVED

# A BEIR row has one text and no subject: what is shown of it is its beginning, about one line.
_LONGEST_BEGINNING = 120
_CORPUS = "corpus.jsonl"


@dataclass(frozen=True, slots=True)
class PastTicket:
    """A ticket as it came in; `solved_at` is when its solution was known, or None if it never was.

    `solution` is the label that tickets with the same answer share. `assumed`: the file names no time of
    solution for this solved ticket, so the time at which it came in stands for it.
    """

    id: str
    subject: str
    description: str
    created_at: datetime
    solved_at: datetime | None
    assumed: bool
    solution: str | None
    resolution: str | None
    language: str | None
    country: str | None
    products: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return what the customer wrote."""
        return self.subject if self.description == self.subject else f"{self.subject}\n{self.description}"


@dataclass(frozen=True, slots=True)
class PastArticle:
    """An article in one language; without a time of its own it was always there."""

    id: str
    language: str
    title: str
    body: str
    products: tuple[str, ...]
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Past:
    """What could be read; `undated` tickets have no time at which they came in, and are left out."""

    tickets: tuple[PastTicket, ...]
    undated: int
    rejected: tuple[Rejected, ...]


class _TicketLine(Line):
    id: Key
    subject: MaybeText = None
    description: MaybeText = None
    status: TicketStatus = "open"
    created_at: MaybeMoment = None
    solved_at: MaybeMoment = None
    solution: MaybeKey = None
    resolution: MaybeText = None
    language: MaybeLanguage = None
    country: MaybeCountry = None
    products: Codes = None


class _ArticleLine(ArticleLine):
    created_at: MaybeMoment = None


def read_past_tickets(path: Path) -> Past:
    """Read tickets in the order in which they came in; raises ImportFailed where the file has no rows.

    `path` is JSON Lines, CSV, or a BEIR folder whose `metadata` holds the fields of a ticket.
    """
    rejected: list[Rejected] = []
    found: dict[str, PastTicket] = {}
    undated = 0
    for line, ticket in _checked(path, rejected):
        if ticket.created_at is None:
            undated += 1
        elif reason := _wrong(ticket, found):
            rejected.append(Rejected(line, reason))
        else:
            found[ticket.id] = _past(ticket, ticket.created_at)
    ordered = sorted(found.values(), key=lambda each: (each.created_at, each.id))
    return Past(tuple(ordered), undated, tuple(rejected))


def read_past_articles(path: Path) -> tuple[PastArticle, ...]:
    """Read articles; raises ImportFailed for the first row that cannot be used."""
    found: dict[tuple[str, str], PastArticle] = {}
    for row in read_rows(path):
        if not isinstance(row, Row):
            raise ImportFailed(f"{path.name}, line {row.line}: {row.reason}.")
        try:
            line = fields.check(_ArticleLine, row.values)
        except Invalid as error:
            raise ImportFailed(f"{path.name}, line {row.line}: {error}") from error
        found[line.id, line.language] = PastArticle(
            line.id, line.language, line.title, line.body, line.products or (), line.created_at
        )
    return tuple(found.values())


def contradictions(tickets: tuple[PastTicket, ...]) -> int:
    """Count the texts that stand in several tickets under different solutions."""
    labels: dict[str, set[str]] = {}
    for ticket in tickets:
        if ticket.solution:
            labels.setdefault(ticket.text, set()).add(ticket.solution)
    return sum(len(each) > 1 for each in labels.values())


def repeated(rejected: tuple[Rejected, ...]) -> list[tuple[str, int]]:
    """Return the reasons why rows were left out, the most frequent first, with how many rows each has."""
    return Counter(each.reason for each in rejected).most_common()


def _checked(path: Path, rejected: list[Rejected]) -> Iterator[tuple[int, _TicketLine]]:
    folder = path.is_dir()
    if not path.exists() or (folder and not (path / _CORPUS).is_file()):
        raise ImportFailed(f"There is no file of tickets at {path}, and no folder with a {_CORPUS}.")
    for row in read_rows(path / _CORPUS if folder else path):
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        try:
            values = _of_beir(row.values) if folder else row.values
            yield row.line, fields.check(_TicketLine, _with_country(values))
        except Invalid as error:
            rejected.append(Rejected(row.line, str(error).rstrip(".")))


def _of_beir(values: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a BEIR corpus as a ticket: its metadata, and text where they say nothing."""
    metadata = values.get("metadata")
    parts = [part for name in ("title", "text") if isinstance(part := values.get(name), str) and part.strip()]
    text = "\n".join(parts)
    line = text.splitlines()[0] if text else ""
    subject = line if len(line) <= _LONGEST_BEGINNING else line[:_LONGEST_BEGINNING].rsplit(" ", 1)[0] + "…"
    known = {"id": values.get("_id"), "subject": subject, "description": text, "status": "solved"}
    return known | (metadata if isinstance(metadata, dict) else {})


def _with_country(values: dict[str, Any]) -> dict[str, Any]:
    """Take the customer's country where the ticket names none; nothing else of a customer is read."""
    customer = values.get("customer")
    country = customer.get("country") if isinstance(customer, dict) else None
    return {"country": country} | values if country else values


def _wrong(ticket: _TicketLine, found: dict[str, PastTicket]) -> str | None:
    if not (ticket.subject or ticket.description):
        return "“subject” and “description” are both empty"
    if ticket.id in found:
        before = found[ticket.id]
        contradicts = ticket.solution and before.solution and ticket.solution != before.solution
        return "repeats an id" + (
            " and contradicts its solution; the first one counts" if contradicts else ""
        )
    if ticket.created_at and ticket.solved_at and ticket.solved_at < ticket.created_at:
        return "“solved_at” lies before “created_at”"
    return None


def _past(line: _TicketLine, created_at: datetime) -> PastTicket:
    subject = line.subject or (line.description or "").splitlines()[0]
    solved = line.status in SOLVED
    return PastTicket(
        id=line.id,
        subject=subject,
        description=line.description or subject,
        created_at=created_at,
        solved_at=(line.solved_at or created_at) if solved else None,
        assumed=solved and line.solved_at is None,
        solution=line.solution,
        resolution=line.resolution,
        language=line.language,
        country=line.country,
        products=line.products or (),
    )
