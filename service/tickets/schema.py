"""What goes in and out of tickets over HTTP."""

import re
from typing import Annotated, Literal

from kb.tickets import OpenedTicket, TicketStatus
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from kb.tracking import display
from service.forms import clean
from service.places import Country, Language

MAX_SUBJECT = 200
MAX_DESCRIPTION = 20_000
# One sign, something with a dot behind it, no spaces: whether it exists shows only when a mail arrives.
_EMAIL = re.compile(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:]+\.[^\s@<>()\",;:.]+")
_PHONE = re.compile(r"\+?[\d\s()./\-]{5,40}")


def _email(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise ValueError("This e-mail address cannot be right; it looks like name@example.com.")
    return text


def _phone(text: str | None) -> str | None:
    if not text:
        return None
    if not _PHONE.fullmatch(text) or sum(symbol.isdigit() for symbol in text) < 5:
        raise ValueError(
            "This phone number cannot be right; please write it with digits, such as +44 20 7946 0000."
        )
    return text


Line = Annotated[str, AfterValidator(clean), StringConstraints(min_length=1, max_length=MAX_SUBJECT)]
Text = Annotated[str, AfterValidator(clean), StringConstraints(min_length=1, max_length=MAX_DESCRIPTION)]

TICKET_EXAMPLE = {
    "kind": "problem",
    "subject": "El Montero no arranca en frío",
    "description": "Por debajo de cero grados el motor gira, pero no arranca.",
    "language": "es",
    "country": "ES",
    "search": "p7Zk3x0Qw1uJfT5b2mVn9A",
    "rejected": ["cold-start"],
    "customer": {"name": "Ana", "email": "ana@example.com"},
}


class CustomerIn(BaseModel):
    """How the person can be reached; all of it may be left out."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=200)
    email: Annotated[str | None, AfterValidator(_email)] = None
    phone: Annotated[str | None, AfterValidator(_phone)] = None


class TicketRequest(BaseModel):
    """A report as somebody sends it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [TICKET_EXAMPLE]})

    kind: Literal["problem", "bug", "request"] = "problem"
    subject: Line
    description: Text
    language: Language = None
    country: Country = None
    search: str | None = Field(None, max_length=100, description="id of the search that it came from")
    rejected: list[str] = Field(
        default_factory=list, max_length=20, description="ids of the solutions that did not help"
    )
    customer: CustomerIn = Field(default_factory=CustomerIn)


class Step(BaseModel):
    """One state that the ticket was in, and since when."""

    state: str
    at: str


class TicketOut(BaseModel):
    """What the number alone shows: no names, and nothing of what was written."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "K7M2-9QXD-4HTT",
                    "kind": "problem",
                    "state": "open",
                    "created_at": "2026-11-22T17:09:00+00:00",
                    "last_change": "2026-11-22T17:09:00+00:00",
                    "next_step": "We read your report.",
                    "history": [{"state": "open", "at": "2026-11-22T17:09:00+00:00"}],
                }
            ]
        }
    )

    number: str
    kind: str
    state: str
    created_at: str
    last_change: str
    next_step: str
    history: list[Step]

    @classmethod
    def of(cls, status: TicketStatus) -> "TicketOut":
        """Return a status for programs."""
        return cls(
            number=display(status.number),
            kind=status.kind,
            state=status.state,
            created_at=status.created_at.isoformat(),
            last_change=status.last_change.isoformat(),
            next_step=status.next_step,
            history=[Step(state=state, at=at.isoformat()) for state, at in status.history],
        )


class TicketCreated(BaseModel):
    """The number of the ticket; `created` is false when the same request had already made it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "K7M2-9QXD-4HTT",
                    "created": True,
                    "status": "https://support.example.com/status/K7M2-9QXD-4HTT",
                }
            ]
        }
    )

    number: str
    created: bool
    status: str = Field(description="address of the page that shows how far it is")

    @classmethod
    def of(cls, opened: OpenedTicket, address: str) -> "TicketCreated":
        """Return what was opened, with the address of its status."""
        number = display(opened.number)
        return cls(number=number, created=opened.created, status=f"{address}/status/{number}")
