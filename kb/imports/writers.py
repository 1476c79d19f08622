"""What every importer of rows writes with; each adds how a row becomes an item, and how items are saved."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic

from sqlalchemy.orm import Session

from kb import catalogue
from kb.history import Effect
from kb.imports.fields import AnyLine
from kb.imports.loading import Batches, Item, Progress, load
from kb.imports.report import Report
from kb.imports.rows import read_rows


@dataclass(slots=True)
class Writer(ABC, Generic[AnyLine, Item]):
    """Checks rows against what is stored, and writes them; `codes` are the products that they may name."""

    session: Session
    trust: bool
    actor: str
    why: str
    report: Report
    codes: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.codes = catalogue.ids(self.session)

    @abstractmethod
    def convert(self, line: AnyLine) -> tuple[object, Item]:
        """Return what tells a row from others, and the item that it is; raise Invalid if it cannot be one."""

    @abstractmethod
    def save(self, items: list[Item]) -> list[Effect]:
        """Write a batch, and say of each item what became of it."""

    def load(self, path: Path, kind: type[AnyLine], progress: Progress | None) -> None:
        """Write all rows of a file."""
        load(read_rows(path), kind, self.convert, Batches(path, self.save, self.report, progress))
