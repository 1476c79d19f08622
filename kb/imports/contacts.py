"""Contacts: calls, mails, visits, purchases, returns and repairs, each with its customer."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import customers, history
from kb.customers import Person
from kb.history import Effect
from kb.imports.fields import Channel, Key, Line, MaybeKey, MaybeText, Moment, parsed, word
from kb.imports.loading import Progress, known_codes, known_ticket
from kb.imports.people import KnownCustomerLine
from kb.imports.report import Report
from kb.imports.writers import Writer
from kb.tables import CONTACT_KINDS, Contact, insert_many, now

# What other systems call our kinds.
_KINDS = {"phone": "call", "mail": "email", "e-mail": "email", "order": "purchase", "sale": "purchase"}

# What an import may change on a contact that is there already.
_FIELDS = ("kind", "channel", "at", "summary", "reference", "product_id", "ticket_id")


class ContactLine(Line):
    """One contact; `ticket` is the id of a ticket in the file of tickets."""

    id: Key
    customer: Annotated[KnownCustomerLine, BeforeValidator(parsed)]
    kind: Annotated[str, word(*CONTACT_KINDS, **_KINDS)]
    channel: Channel
    at: Moment
    summary: MaybeText = None
    product: MaybeKey = None
    reference: MaybeKey = None
    ticket: MaybeKey = None


@dataclass(frozen=True, slots=True)
class ImportedContact:
    """A contact of another system, checked; `key` is its id there."""

    key: str
    person: Person
    kind: str
    channel: str
    at: datetime
    summary: str
    reference: str | None
    product_id: int | None
    ticket_id: int | None


@dataclass(slots=True)
class _Writer(Writer[ContactLine, ImportedContact]):
    """Writes batches of contacts."""

    def convert(self, line: ContactLine) -> tuple[object, ImportedContact]:
        known_codes([line.product] if line.product else None, self.codes)
        return line.id, ImportedContact(
            key=line.id,
            person=line.customer.person(),
            kind=line.kind,
            channel=line.channel,
            at=line.at,
            summary=line.summary or "",
            reference=line.reference,
            product_id=self.codes[line.product] if line.product else None,
            ticket_id=known_ticket(self.session, line.ticket),
        )

    def save(self, items: list[ImportedContact]) -> list[Effect]:
        moment = now()
        query = select(Contact).where(Contact.key.in_([item.key for item in items]))
        known = {row.key: row for row in self.session.scalars(query)}
        owners = customers.find_or_create_many(self.session, [item.person for item in items], at=moment)
        pairs = list(zip(items, owners, strict=True))
        new = [
            {name: getattr(item, name) for name in ("key", *_FIELDS)} | {"customer_id": owner}
            for item, owner in pairs
            if item.key not in known
        ]
        insert_many(self.session, Contact, new)
        effects: list[Effect] = []
        for item, owner in pairs:
            row = known.get(item.key)
            effects.append(self._change(row, item, owner, moment) if row else "added")
        self.session.flush()
        return effects

    def _change(self, row: Contact, item: ImportedContact, owner: int, at: datetime) -> Effect:
        """Bring a contact up to date; a record that was merged since still is the same person."""
        same = customers.root(self.session, row.customer_id) == owner
        wanted = {name: getattr(item, name) for name in _FIELDS}
        wanted["customer_id"] = row.customer_id if same else owner
        old = {name: history.plain(getattr(row, name)) for name in wanted}
        changes = history.differences(old, {name: history.plain(each) for name, each in wanted.items()})
        if not changes:
            return "unchanged"
        for name, value in wanted.items():
            setattr(row, name, value)
        history.record(self.session, "contact", row.id, changes, actor=self.actor, why=self.why, at=at)
        return "changed"


def import_contacts(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import contacts. `trust` makes no difference: nothing of them is searchable."""
    report = Report("contacts")
    writer = _Writer(session, trust, actor, f"import of {path.name}", report)
    writer.load(path, ContactLine, progress)
    return report
