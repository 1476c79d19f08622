"""Customers of the support site: `id`, `name`, `country`, `language`, and all their `identities`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from kb.customers import normal_email, normal_phone
from kb.history import Effect
from kb.imports import customer_rows
from kb.imports.customer_rows import Claim, ImportedCustomer
from kb.imports.fields import Key, Line, MaybeCountry, MaybeLanguage, MaybeTitle, parsed, word
from kb.imports.loading import Progress
from kb.imports.report import Report
from kb.imports.writers import Writer
from kb.tables import IDENTITY_KINDS


class IdentityLine(Line):
    """One way to recognise the customer; `verified` where they have proved that it is theirs."""

    kind: Annotated[str, word(*IDENTITY_KINDS, mail="email", telephone="phone", **{"e-mail": "email"})]
    value: Key
    verified: bool = False

    def claim(self, country: str | None) -> Claim:
        """Return the identity in normal form, or raise Invalid where an address or a number is none."""
        value = self.value
        if self.kind == "email":
            value = normal_email(value)
        elif self.kind == "phone":
            value = normal_phone(value, country)
        return Claim(self.kind, value, self.verified)


class CustomerRecordLine(Line):
    """One customer; `id` is their id in the system of the support site."""

    id: Key
    name: MaybeTitle = None
    country: MaybeCountry = None
    language: MaybeLanguage = None
    identities: Annotated[tuple[IdentityLine, ...], BeforeValidator(parsed)] = ()


@dataclass(slots=True)
class _Writer(Writer[CustomerRecordLine, ImportedCustomer]):
    """Writes batches of customers, and counts what the effects do not tell."""

    merged: int = 0
    kept: int = 0

    def convert(self, line: CustomerRecordLine) -> tuple[object, ImportedCustomer]:
        claims = [Claim("host", line.id, True), *(each.claim(line.country) for each in line.identities)]
        verified = {each.pair for each in claims if each.verified}
        unique = tuple(Claim(*pair, pair in verified) for pair in dict.fromkeys(each.pair for each in claims))
        return line.id, ImportedCustomer(line.name, line.country, line.language, unique)

    def save(self, items: list[ImportedCustomer]) -> list[Effect]:
        saved = customer_rows.save(self.session, items, actor=self.actor, why=self.why)
        self.merged += saved.merged
        self.kept += saved.kept
        return saved.effects

    def tell(self) -> None:
        if self.merged:
            self.report.notes.append(
                f"Records merged because a row makes them one person: {self.merged} (can be undone)."
            )
        if self.kept:
            self.report.notes.append(f"Identities that stayed with somebody who has another id: {self.kept}.")


def import_customers(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import customers. `trust` makes no difference: nothing of them is searchable."""
    report = Report("customers")
    writer = _Writer(session, trust, actor, f"import of {path.name}", report)
    writer.load(path, CustomerRecordLine, progress)
    writer.tell()
    return report
