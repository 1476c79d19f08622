"""Customers: one person with many identities, own corrections, and merging that can be undone."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb import history, locales
from kb.errors import Conflict, Invalid, NotFound
from kb.tables import Customer, Identity, insert_many, insert_numbered, now

IdentityKind = Literal["email", "phone", "host", "channel"]
Field = Literal["name", "country", "language"]

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[^@\s<>()\[\],;:\"\\.]+(\.[^@\s<>()\[\],;:\"\\.]+)+")
_LONGEST_EMAIL = 254  # RFC 5321
# The shortest numbers that reach a person have five digits; E.164 allows fifteen, with room for an extension.
_PHONE_DIGITS = range(5, 21)


@dataclass(frozen=True, slots=True)
class Person:
    """What one place knows of a customer; `host_id` is their id in the system of the support site."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    language: str | None = None
    host_id: str | None = None
    channel_id: str | None = None

    def identities(self) -> dict[tuple[str, str], None]:
        """Return (kind, value) of all identities in normal form, the most trustworthy first."""
        found = [
            ("host", self.host_id),
            ("email", normal_email(self.email) if self.email else None),
            ("phone", normal_phone(self.phone, self.country) if self.phone else None),
            ("channel", self.channel_id),
        ]
        return {(kind, value): None for kind, value in found if value}


@dataclass(eq=False, slots=True)
class _New:
    """A customer who is not in the database yet."""

    id: int = 0
    name: str | None = None
    country: str | None = None
    language: str | None = None
    merged_into_id: None = None
    identities: list[Identity] = field(default_factory=list)


def normal_email(text: str) -> str:
    """Return an address in lower case, or say that it is none."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    if len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise Invalid(f"“{text.strip()[:80]}” is not an e-mail address.", "email")
    return address


def normal_phone(text: str, country: str | None) -> str:
    """Return a number as +34600123456, or its bare digits where nobody knows the country."""
    try:
        number = phonenumbers.parse(text, country)
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass  # the digits may still do
    digits = "".join(str(unicodedata.digit(each)) for each in text if each.isdigit())
    if len(digits) not in _PHONE_DIGITS or any(each.isalpha() for each in text):
        raise Invalid(
            f"“{text.strip()[:40]}” is not a telephone number; write it as +34 600 123 456.", "phone"
        )
    return digits


def find_or_create(
    session: Session, person: Person, *, verified: bool = False, at: datetime | None = None
) -> int:
    """Return the customer whom an identity of `person` belongs to, or a new one."""
    return find_or_create_many(session, [person], verified=verified, at=at)[0]


def find_or_create_many(
    session: Session, people: Sequence[Person], *, verified: bool = False, at: datetime | None = None
) -> list[int]:
    """Return the customer of each person, found by the first identity that is known."""
    moment = at or now()
    wanted = [person.identities() for person in people]
    owners = _owners(session, {pair for identities in wanted for pair in identities})
    found: list[Customer | _New] = []
    for person, identities in zip(people, wanted, strict=True):
        owner = next((owners[pair] for pair in identities if pair in owners), None) or _New()
        found.append(owner)
        if isinstance(owner, Customer) and not verified and any(i.verified_at for i in owner.identities):
            continue  # what nobody has proved adds nothing to a proven record
        _complete(owner, person)
        for pair in identities:
            if pair not in owners:
                owners[pair] = owner
                owner.identities.append(_identity(pair, moment if verified else None, moment))
    _insert(session, list(dict.fromkeys(each for each in found if isinstance(each, _New))), moment)
    session.flush()
    return [root(session, each.id) if each.merged_into_id else each.id for each in found]


def verify(session: Session, kind: IdentityKind, value: str, *, at: datetime | None = None) -> int:
    """Note that the owner of an identity has proved it, and return the customer."""
    found = session.scalars(
        select(Identity).where(Identity.kind == kind, Identity.value == value)
    ).one_or_none()
    if found is None:
        raise NotFound("Nobody is known by this.")
    found.verified_at = found.verified_at or at or now()
    session.flush()
    return root(session, found.customer_id)


def correct(
    session: Session,
    customer_id: int,
    field: Field,
    value: str | None,
    *,
    actor: str,
    why: str,
    at: datetime | None = None,
) -> None:
    """Change what is known of a customer; the old value stays in the revisions."""
    customer = _existing(session, customer_id)
    value = (value or "").strip() or None
    if value and field == "country":
        value = locales.country(value)
    if value and field == "language":
        value = locales.language(value)
    old = getattr(customer, field)
    if old != value:
        setattr(customer, field, value)
        customer.updated_at = at or now()
        history.record(session, "customer", customer_id, {field: [old, value]}, actor=actor, why=why, at=at)
        session.flush()


def merge(
    session: Session, customer_id: int, into: int, *, actor: str, why: str, at: datetime | None = None
) -> None:
    """Say that two records are one person. Nothing is moved, so that it can be undone."""
    customer, target = _existing(session, customer_id), _existing(session, root(session, into))
    if root(session, customer_id) == target.id:
        raise Conflict("These records are already one person.")
    if customer.merged_into_id:
        raise Conflict("This record is merged into another one already; undo that first.")
    customer.merged_into_id = target.id
    change = {"merged_into": [None, target.id]}
    history.record(session, "customer", customer_id, change, actor=actor, why=why, at=at)
    session.flush()


def unmerge(session: Session, customer_id: int, *, actor: str, why: str, at: datetime | None = None) -> None:
    """Undo a merge: the record stands for itself again."""
    customer = _existing(session, customer_id)
    if customer.merged_into_id is None:
        raise Conflict("This record is not merged into another one.")
    change = {"merged_into": [customer.merged_into_id, None]}
    customer.merged_into_id = None
    history.record(session, "customer", customer_id, change, actor=actor, why=why, at=at)
    session.flush()


def root(session: Session, customer_id: int) -> int:
    """Return the record that stands for the person."""
    while (above := _existing(session, customer_id).merged_into_id) is not None:
        customer_id = above
    return customer_id


def records(session: Session, customer_id: int) -> tuple[int, ...]:
    """Return all records of the person, the one that stands for them first."""
    found = [root(session, customer_id)]
    level = found
    while level:
        below = select(Customer.id).where(Customer.merged_into_id.in_(level)).order_by(Customer.id)
        level = list(session.scalars(below))
        found = [*found, *level]
    return tuple(found)


def _owners(session: Session, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], Customer | _New]:
    query = (
        select(Identity)
        .where(Identity.value.in_({value for _, value in pairs}))
        .options(selectinload(Identity.customer).selectinload(Customer.identities))
    )
    found = {(row.kind, row.value): row.customer for row in session.scalars(query)}
    return {pair: customer for pair, customer in found.items() if pair in pairs}


def _insert(session: Session, new: list[_New], at: datetime) -> None:
    """Write new customers with few statements: imports bring a hundred thousand."""
    rows = [
        {"name": n.name, "country": n.country, "language": n.language, "created_at": at, "updated_at": at}
        for n in new
    ]
    for each, number in zip(new, insert_numbered(session, Customer, rows), strict=True):
        each.id = number
    identities = [
        {
            "customer_id": each.id,
            "kind": identity.kind,
            "value": identity.value,
            "verified_at": identity.verified_at,
            "created_at": identity.created_at,
        }
        for each in new
        for identity in each.identities
    ]
    insert_many(session, Identity, identities)


def _complete(customer: Customer | _New, person: Person) -> None:
    """Fill what is missing; what is there is changed only by a correction."""
    customer.name = customer.name or person.name
    customer.country = customer.country or person.country
    customer.language = customer.language or person.language


def _identity(pair: tuple[str, str], verified_at: datetime | None, at: datetime) -> Identity:
    return Identity(kind=pair[0], value=pair[1], verified_at=verified_at, created_at=at)


def _existing(session: Session, customer_id: int) -> Customer:
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer
