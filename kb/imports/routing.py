"""Routing rules: `team`, and perhaps `product`, `language`, `country` and `kind`. The order of lines counts.

A file replaces the whole list of rules. Tickets that are open already stay where they are.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from sqlalchemy.orm import Session

from kb import routing
from kb.history import Effect
from kb.imports.fields import Key, Line, MaybeCountry, MaybeKey, MaybeLanguage, word
from kb.imports.loading import Progress, known_codes
from kb.imports.report import Report
from kb.imports.writers import Writer
from kb.routing import Rule
from kb.tables import TICKET_KINDS


class RuleLine(Line):
    """One rule; without a condition it fits every ticket."""

    team: Key
    product: MaybeKey = None
    language: MaybeLanguage = None
    country: MaybeCountry = None
    kind: Annotated[str | None, word(*TICKET_KINDS)] = None


@dataclass(slots=True)
class _Writer(Writer[RuleLine, Rule]):
    """Collects the rules, for they are put in the place of the old ones all at once."""

    old: tuple[Rule, ...] = ()
    new: list[Rule] = field(default_factory=list)

    def convert(self, line: RuleLine) -> tuple[object, Rule]:
        known_codes([line.product] if line.product else None, self.codes)
        rule = routing.checked(Rule(line.team, line.product, line.language, line.country, line.kind))
        return rule.conditions(), rule

    def save(self, items: list[Rule]) -> list[Effect]:
        start = len(self.new)
        self.new.extend(items)
        return [self._effect(position) for position in range(start, len(self.new))]

    def _effect(self, position: int) -> Effect:
        if position >= len(self.old):
            return "added"
        return "unchanged" if self.old[position] == self.new[position] else "changed"


def import_routing(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import the list of rules in the place of the old one. `trust` makes no difference: rules are no texts.

    Where no row of a file can be used, the old rules stay.
    """
    report = Report("routing")
    writer = _Writer(session, trust, actor, f"import of {path.name}", report, old=routing.rules(session))
    writer.load(path, RuleLine, progress)
    if writer.new and tuple(writer.new) != writer.old:
        routing.replace_rules(session, writer.new, actor=actor, why=writer.why)
        report.notes.append(
            f"The list of rules was replaced: {len(writer.old)} before, {len(writer.new)} now."
            " Tickets that are open already stay where they are."
        )
    return report
