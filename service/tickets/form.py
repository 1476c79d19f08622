"""The ticket form: opened with what is known, checked, and given back whole when something is wrong."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup
from pydantic import ValidationError

from kb.incidents import OpenIncident
from kb.inquiries import RecordedSearch
from kb.tickets import LONGEST_KEY
from service.pages import Pages
from service.reader import Reader
from service.tickets.schema import MAX_DESCRIPTION, TicketRequest
from service.tickets.texts import TEXTS, WORDS

# About as much as fits into one line of a mail program.
_LINE = 90
_CONTACT = ("name", "email", "phone")
_TYPED = ("kind", "subject", "description", *_CONTACT, "language", "country", "search", "incident")


@dataclass(frozen=True, slots=True)
class Seen:
    """A solution that was looked at before, and whether it was said not to help."""

    title: str
    language: str
    rejected: bool


@dataclass(frozen=True, slots=True)
class TicketForm:
    """The form with all that stands in it."""

    key: str
    kind: str = "problem"
    subject: str = ""
    description: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    country: str = ""
    search: str = ""
    incident: str = ""
    known: OpenIncident | None = None  # the known problem that it is one more case of
    products: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    sent_as: str | None = None

    fields = ("kind", "subject", "description", *_CONTACT)

    @property
    def first_problem(self) -> str | None:
        """Return the first field that is not right; it gets the focus."""
        return next((name for name in self.fields if name in self.problems), None)


def new_key() -> str:
    """Return a key that makes the submit of this form harmless to repeat."""
    return secrets.token_urlsafe(16)


def opened(
    recorded: RecordedSearch | None, products: Iterable[str] = (), seen: Iterable[Seen] = ()
) -> TicketForm:
    """Open the form; what was typed into the search box is already in it."""
    if recorded is None:
        return TicketForm(new_key())
    return TicketForm(
        new_key(),
        subject=one_line(recorded.text),
        description=recorded.text,
        language=recorded.language or "",
        country=recorded.country or "",
        search=recorded.key,
        products=tuple(products),
        seen=tuple(seen),
    )


def typed(values: Mapping[str, str]) -> TicketForm:
    """Return the form as it was sent."""
    fields: dict[str, Any] = {name: values[name] for name in _TYPED if name in values}
    key = values.get("key", "")
    return replace(TicketForm(key if 8 <= len(key) <= LONGEST_KEY else new_key()), **fields)


def check(form: TicketForm, t: Mapping[str, Any] = TEXTS) -> TicketRequest | Mapping[str, str]:
    """Return the request that the form makes, or a sentence for each field that is not right."""
    values: dict[str, Any] = {
        "kind": form.kind,
        "subject": form.subject,
        "description": form.description,
        "language": form.language or None,
        "country": form.country or None,
        "search": form.search or None,
        "incident": form.known.id if form.known else None,
        "customer": {name: getattr(form, name) or None for name in _CONTACT},
    }
    try:
        return TicketRequest.model_validate(values)
    except ValidationError as error:
        return {str(each["loc"][-1]): _sentence(form, each, t) for each in error.errors()}


def one_line(text: str) -> str:
    """Return the beginning of a text as a subject: its first sentence, cut at a word."""
    first = re.split(r"(?<=[.!?。！？؟])\s|\n", text.strip(), maxsplit=1)[0].strip()
    if len(first) <= _LINE:
        return first
    cut = first[:_LINE]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def panel(pages: Pages) -> Callable[..., Markup]:
    """Return what draws an opened form inside another page."""

    def draw(
        reader: Reader, recorded: RecordedSearch, products: Iterable[str], seen: Iterable[Seen]
    ) -> Markup:
        form, t = opened(recorded, products, seen), WORDS(reader.language)
        return Markup(pages.fragment("tickets/form.html", reader, form=form, t=t))  # noqa: S704 - autoescaped

    return draw


def _sentence(form: TicketForm, error: Any, t: Mapping[str, Any]) -> str:
    name = str(error["loc"][-1])
    sentence = t["wrong"].get(f"{name}.{error['type']}")
    if sentence is None and error["type"] == "value_error" and t is TEXTS:
        return str(error["ctx"]["error"])
    value = str(getattr(form, name, ""))[:80]
    return str(sentence or t["wrong"]["other"]).format(
        limit=f"{MAX_DESCRIPTION:,}", length=f"{len(form.description):,}", name=name, value=value
    )
