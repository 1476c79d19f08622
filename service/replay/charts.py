"""Where the marks of a chart stand: in a drawing 400 units wide, whose text is readable on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.replay.figures import Part

WIDTH = 400.0
TALL = 120.0  # of the columns of months
MOST_LABELS = 6  # below the columns; more of them run into each other
MOST_ROWS = 12  # of products or languages that are drawn; the table has all of them
ROW = 34.0


@dataclass(frozen=True, slots=True)
class Column:
    """One month: a column of its tickets, in it the part that had been solved before."""

    name: str
    label: str
    x: float
    width: float
    height: float
    solved: float


@dataclass(frozen=True, slots=True)
class Line:
    """One product or language: a bar for its share, a line for the interval; none where it has no label."""

    name: str
    y: float
    share: float | None
    low: float
    high: float


def columns(parts: Sequence[Part]) -> list[Column]:
    """Return the columns of all months."""
    most = max((part.tickets for part in parts), default=1)
    step = WIDTH / max(len(parts), 1)
    every = -(-len(parts) // MOST_LABELS)
    return [
        Column(
            name=part.name,
            label=part.name if number % every == 0 else "",
            x=round(number * step, 2),
            width=round(min(step * 0.8, 48.0), 2),
            height=round(TALL * part.tickets / most, 2),
            solved=round(TALL * part.solved_before.count / most, 2),
        )
        for number, part in enumerate(parts)
    ]


def lines(parts: Sequence[Part]) -> list[Line]:
    """Return the bars of the parts with the most tickets, the largest first."""
    largest = sorted(parts, key=lambda part: (-part.tickets, part.name))[:MOST_ROWS]
    found = []
    for number, part in enumerate(largest):
        share = part.solved_before.share
        low, high = (WIDTH * limit for limit in part.solved_before.limits)
        width = None if share is None else round(WIDTH * share, 2)
        found.append(Line(part.name, number * ROW, width, round(low, 2), round(high, 2)))
    return found
