"""What goes in and out of tickets over HTTP."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kb.ticket_history import Step
from kb.tickets import OpenedTicket, TicketStatus
from kb.tracking import display
from service.fields import Country, Email, Language, Phone
from service.forms import clean

MAX_SUBJECT = 200
MAX_DESCRIPTION = 20_000


def _clean(given: object) -> object:
    return clean(given) if isinstance(given, str) else given


Line = Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT), BeforeValidator(_clean)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_DESCRIPTION), BeforeValidator(_clean)]

TICKET_EXAMPLE: Final[dict[str, Any]] = {
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

    name: Annotated[str | None, Field(max_length=200)] = None
    email: Email = None
    phone: Phone = None


class TicketRequest(BaseModel):
    """A report as somebody sends it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [TICKET_EXAMPLE]})

    kind: Literal["problem", "bug", "request"] = "problem"
    subject: Line
    description: Text
    language: Language = None
    country: Country = None
    products: list[str] = Field(
        default_factory=list, max_length=20, description="codes; those that the search named when absent"
    )
    search: str | None = Field(None, max_length=100, description="id of the search that it came from")
    rejected: list[str] = Field(
        default_factory=list, max_length=20, description="ids of the solutions that did not help"
    )
    incident: int | None = Field(None, description="id of the known problem that it is one more case of")
    customer: CustomerIn = CustomerIn()


class StepOut(BaseModel):
    """One step on the way of the ticket: a new state, or another team; the other one of the two is null."""

    at: str
    state: str | None = None
    team: str | None = None

    @classmethod
    def of(cls, step: Step) -> "StepOut":
        """Return a step for programs."""
        return cls(at=step.at.isoformat(), state=step.state, team=step.team)


class TicketOut(BaseModel):
    """What the number alone shows: no names of people, and nothing of what was written."""

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
                    "team": "Washing care",
                    "history": [
                        {"at": "2026-11-22T17:09:00+00:00", "state": "open", "team": None},
                        {"at": "2026-11-22T17:09:00+00:00", "state": None, "team": "Washing care"},
                    ],
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
    team: str | None = Field(description="the team that looks after it; null before it has gone to one")
    history: list[StepOut] = Field(description="states and teams in their order, the oldest first")

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
            team=status.team,
            history=[StepOut.of(step) for step in status.history],
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
