"""The loop that all importers of rows share: read, check, refuse repetitions, and save in batches."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.history import Effect
from kb.imports import fields
from kb.imports.fields import AnyLine
from kb.imports.report import Rejected, Report
from kb.imports.rows import Row
from kb.tables import Ticket

Item = TypeVar("Item")
Progress = Callable[[int], object]

# Rows looked up and written at once: enough that round trips cost little, few enough to stay small in memory.
BATCH = 500


class Batches(Generic[Item]):
    """Collects checked items and saves them in batches, counting what became of each."""

    def __init__(
        self,
        path: Path,
        save: Callable[[list[Item]], list[Effect]],
        report: Report,
        progress: Progress | None,
    ) -> None:
        self.file = path.name
        self.report = report
        self._save = save
        self._progress = progress
        self._items: list[Item] = []
        self._places: dict[int, int | str] = {}

    def add(self, line: int, identity: object, item: Item, file: str | None = None) -> None:
        """Take an item, unless the same identity stood in an earlier line or file."""
        key = hash(identity)  # 64 bits instead of the identity itself: small for a million rows
        if key in self._places:
            place = self._places[key]
            before = f"line {place}" if isinstance(place, int) else place
            self.reject(line, f"repeats {_named(identity)} of {before}", file)
            return
        self._places[key] = file or line
        self._items.append(item)
        if len(self._items) == BATCH:
            self.flush()

    def reject(self, line: int, reason: str, file: str | None = None) -> None:
        """Note a row that cannot be used."""
        self.report.rejected.append(Rejected(line, reason, file or self.file))

    def flush(self) -> None:
        """Save what is waiting."""
        if self._items:
            for effect in self._save(self._items):
                self.report.count(effect)
            if self._progress:
                self._progress(len(self._items))
            self._items = []


def load(
    rows: Iterable[Row | Rejected],
    kind: type[AnyLine],
    convert: Callable[[AnyLine], tuple[object, Item]],
    batches: Batches[Item],
) -> None:
    """Check every row as a `kind`, convert it to (identity, item), and hand it to the batches."""
    for row in rows:
        if isinstance(row, Rejected):
            batches.reject(row.line, row.reason)
            continue
        try:
            identity, item = convert(fields.check(kind, row.values))
        except Invalid as error:
            batches.reject(row.line, str(error).rstrip("."))
            continue
        batches.report.left_out.update(fields.unknown(kind, row.values))
        batches.add(row.line, identity, item)
    batches.flush()
    batches.report.rejected.sort(key=lambda each: each.line)


def known_codes(codes: Iterable[str] | None, known: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the product codes of a row, or say which one does not exist."""
    if codes is None:
        return None
    given = tuple(dict.fromkeys(codes))
    missing = next((code for code in given if code not in known), None)
    if missing is not None:
        raise Invalid(f"there is no product with the code “{missing}”; import the products first")
    return given


def known_ticket(session: Session, key: str | None) -> int | None:
    """Return the row id of a ticket by its id in the file of tickets, or say that it does not exist."""
    if key is None:
        return None
    found = session.scalars(select(Ticket.id).where(Ticket.key == key)).first()
    if found is None:
        raise Invalid(f"there is no ticket with the id “{key}”; import the tickets first")
    return found


def _named(identity: object) -> str:
    return " and ".join(f"“{each}”" for each in identity) if isinstance(identity, tuple) else f"“{identity}”"
