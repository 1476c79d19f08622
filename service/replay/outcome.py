"""All that one replay tells, and how it is said: as sentences and as JSON."""

from dataclasses import dataclass
from typing import Any

from indexer.replay import Answers, Estimate, Figures, Replayed, Sample, Share
from indexer.replay.estimate import FEWEST, METHOD, missing
from indexer.replay.figures import Part

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Price:
    """What one ticket costs, in the currency that the user named, if any."""

    each: float
    currency: str

    def of(self, tickets: float) -> str:
        """Write what so many tickets cost."""
        return f"{self.each * tickets:,.0f} {self.currency}".strip()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a file of tickets; `notes` say what was left out or taken for granted."""

    name: str
    figures: Figures
    sample: Sample
    answers: Answers | None
    estimate: Estimate | None
    notes: tuple[str, ...]
    price: Price | None

    @property
    def missing(self) -> int:
        """Return how many pairs have yet to be judged."""
        return missing(self.sample, self.answers)


def percent(share: float) -> str:
    """Write a share as a whole percentage."""
    return f"{share * 100:.0f}\u00a0%"


def span(limits: Range) -> str:
    """Write an interval as whole percentages."""
    return f"{limits[0] * 100:.0f}–{limits[1] * 100:.0f}\u00a0%"


def headline(outcome: Outcome) -> str:
    """Return the one sentence that the report is about."""
    figures, told = outcome.figures, outcome.estimate
    known = figures.solved_before
    if known.of >= FEWEST:
        words = f"Of {known.of:,} tickets{_with_label(outcome)}, {_share(known)}"
        return f"{words} had already been solved for somebody else before they came in."
    if told:
        words = f"Of {told.tickets:,} tickets, about {percent(told.share)} ({span((told.low, told.high))})"
        return f"{words} were answered by what our search finds first among earlier solved tickets."
    if known.of:
        return (
            f"{known.count} of {known.of} tickets had already been solved for somebody else before they came"
            f" in. That is too few for a percentage; it takes {FEWEST}."
        )
    if outcome.sample.pairs:
        more = "more " if outcome.answers and outcome.answers.judged else ""
        return f"An estimate needs {outcome.missing:,} {more}judged pairs."
    return "No ticket came in after another one had been solved, so nothing can be said."


def sentences(outcome: Outcome) -> list[str]:
    """Return what stands below the headline."""
    return [*_search(outcome.figures), *_estimated(outcome), *_saved(outcome)]


def _with_label(outcome: Outcome) -> str:
    return " that carry a solution" if outcome.figures.unlabelled else ""


def _search(figures: Figures) -> list[str]:
    first, shown = figures.found_first, figures.found_shown
    if not first.of:
        return []
    if first.of < FEWEST:
        return [f"Search found the solution of {shown.count} of these {shown.of} among the first three."]
    return [
        f"Search put the right solution of these first for {_share(first)}, and among the first three for"
        f" {_share(shown)}."
    ]


def _share(share: Share) -> str:
    return f"{percent(share.count / share.of)} ({span(share.limits)})"


def _estimated(outcome: Outcome) -> list[str]:
    told, unlabelled = outcome.estimate, outcome.figures.unlabelled
    if not unlabelled:
        return []
    if told is None:
        if not outcome.sample.pairs:
            return [f"For none of the {unlabelled:,} tickets without a solution was anything found."]
        judged = len(outcome.answers.judged) if outcome.answers else 0
        said = [
            f"{unlabelled:,} tickets carry no solution.",
            f"{judged:,} pairs are judged." if judged else "",
        ]
        if outcome.figures.solved_before.of:  # else the headline says it
            said.append(f"An estimate needs {outcome.missing:,} {'more ' if judged else ''}judged pairs.")
        return [" ".join(filter(None, said))]
    skipped = outcome.answers.skipped if outcome.answers else 0
    left = f" {skipped} that could not be decided were left out." if skipped else ""
    return [
        f"Of the {told.tickets:,} tickets without a solution, about {percent(told.share)}"
        f" ({span((told.low, told.high))}) were answered by the first solution found; {told.judged:,} pairs"
        f" were judged.{left} What was solved before but not found is not in it. {METHOD}"
    ]


def _saved(outcome: Outcome) -> list[str]:
    known, told, price = outcome.figures.solved_before, outcome.estimate, outcome.price
    found = []
    if known.count:
        money = f", or {price.of(known.count)}" if price else ""
        found.append(f"That stands for {known.count:,} calls or tickets{money}.")
    if told:
        low, high = told.low * told.tickets, told.high * told.tickets
        money = f", or {price.of(low)} to {price.of(high)}" if price else ""
        found.append(f"The estimate stands for {low:,.0f} to {high:,.0f} calls or tickets{money}.")
    return found


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return everything as plain values, shares as fractions."""
    figures, told = outcome.figures, outcome.estimate
    return {
        "name": outcome.name,
        "summary": [headline(outcome), *sentences(outcome)],
        "tickets": figures.tickets,
        "already_solved": _plain(figures.solved_before),
        "found_first": _plain(figures.found_first),
        "found_among_three": _plain(figures.found_shown),
        "unlabelled": figures.unlabelled,
        "estimate": told and _told(told) | {"method": METHOD},
        "judged_pairs_needed": outcome.missing if figures.unlabelled and not told else 0,
        "by": {name: [_part(part) for part in parts] for name, parts in figures.by.items()},
        "matters": [
            {"id": m.id, "title": m.title, "tickets": m.tickets, "repeats": m.repeats, "sure": m.sure}
            for m in figures.matters
        ],
        "examples": [_example(each) for each in figures.examples],
        "saved": _money(outcome),
        "notes": list(outcome.notes),
    }


def _plain(share: Share) -> dict[str, Any]:
    low, high = share.limits
    told = share.share is not None
    return {
        "count": share.count,
        "of": share.of,
        "share": round(share.share, 4) if share.share is not None else None,
        "low": round(low, 4) if told else None,
        "high": round(high, 4) if told else None,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "tickets": part.tickets,
        "already_solved": _plain(part.solved_before),
        "unlabelled": part.unlabelled,
        "judged_pairs": part.judged,
        "estimate": part.estimate and _told(part.estimate),
    }


def _told(estimate: Estimate) -> dict[str, Any]:
    return {
        "share": round(estimate.share, 4),
        "low": round(estimate.low, 4),
        "high": round(estimate.high, 4),
        "judged": estimate.judged,
        "tickets": estimate.tickets,
    }


def _example(each: Replayed) -> dict[str, Any]:
    hit = each.hits[0]
    return {
        "ticket": each.ticket.id,
        "created_at": each.ticket.created_at.isoformat(),
        "text": each.ticket.text,
        "found": {"id": hit.id, "title": hit.title, "text": hit.text},
        "sure": each.known is not None,
    }


def _money(outcome: Outcome) -> dict[str, Any] | None:
    price, told = outcome.price, outcome.estimate
    if price is None:
        return None
    limits = (told.low * told.tickets, told.high * told.tickets) if told else ()
    return {
        "cost_per_ticket": price.each,
        "currency": price.currency or None,
        "already_solved": round(price.each * outcome.figures.solved_before.count, 2),
        "estimate": [round(price.each * each, 2) for each in limits] or None,
    }
