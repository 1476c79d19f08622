"""What became of an import: counts, and every rejected row with its reason."""

from collections import Counter
from dataclasses import dataclass, field

from kb.history import Effect


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be used, with its line in the file (0: the file as a whole)."""

    line: int
    reason: str
    file: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else ""
        return f"{', '.join(part for part in (self.file, place) if part)}: {self.reason}"


@dataclass(slots=True)
class Report:
    """The outcome of an import. `drafts` counts what search does not show before somebody reviews it.

    `notes` are sentences on what the counts do not tell.
    """

    kind: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    drafts: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Return how many rows were read."""
        return self.added + self.changed + self.unchanged + len(self.rejected)

    def count(self, effect: Effect) -> None:
        """Count what became of one row."""
        if effect == "added":
            self.added += 1
        elif effect == "changed":
            self.changed += 1
        else:
            self.unchanged += 1

    def __add__(self, other: "Report") -> "Report":
        return Report(
            kind=", ".join(dict.fromkeys([*self.kind.split(", "), *other.kind.split(", ")])),
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            drafts=self.drafts + other.drafts,
            rejected=self.rejected + other.rejected,
            left_out=self.left_out + other.left_out,
            notes=self.notes + other.notes,
        )

    def sentences(self) -> list[str]:
        """Say what happened; the rejected rows are for the caller to list."""
        said = [
            f"{self.kind}: {self.added} added, {self.changed} changed, {self.unchanged} unchanged,"
            f" {len(self.rejected)} rejected."
        ]
        if self.drafts:
            said.append(
                f"{self.drafts} imported as drafts: not searchable before review;"
                " import with --trust if they have been reviewed."
            )
        said += self.notes
        for name, rows in sorted(self.left_out.items()):
            said.append(f"The field “{name}” is not known; it was left out of {rows} rows.")
        return said
