"""Count what was replayed: shares with intervals, by product, language and month, and what saves most."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexer.evaluate import wilson
from indexer.replay.asking import Replayed
from indexer.replay.estimate import Estimate, estimate_part
from indexer.replay.known import key_of
from kb.locales import primary

MATTERS = 20
EXAMPLES = 10
# An unlabelled ticket is filed under the solution found for it when that is more likely right than not.
# This only groups what is shown to be read; no share is made of it.
LIKELY = 0.5
NO_PRODUCT, NO_LANGUAGE = "no product", "no language"


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, with the 95 % interval of Wilson; `share` is None where nothing was counted."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def limits(self) -> tuple[float, float]:
        return wilson(self.count / self.of, self.of) if self.of else (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Part:
    """The tickets of one product, language or month; `solved_before` speaks of the labelled ones.

    `estimate` speaks of the `unlabelled` ones, of which so many were `judged`; None where these are too few.
    """

    name: str
    tickets: int
    solved_before: Share
    unlabelled: int
    judged: int
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class Matter:
    """Tickets on one matter: those after its first solution are the `repeats` that it could have answered.

    `sure` when their labels say so; else they are the tickets for which it was found as the likely answer.
    """

    id: str
    title: str
    tickets: int
    repeats: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a report tells. `found_first` and `found_shown` are of the labelled tickets solved before."""

    tickets: int
    solved_before: Share
    found_first: Share
    found_shown: Share
    by: Mapping[str, tuple[Part, ...]]
    matters: tuple[Matter, ...]
    examples: tuple[Replayed, ...]
    unlabelled: int


def figures(replayed: Sequence[Replayed], judged: Mapping[str, bool] | None = None) -> Figures:
    """Count; of a part without labels a share is told where enough of its tickets were `judged`, by id."""
    labelled = [each for each in replayed if each.known is not None]
    before = [each for each in labelled if each.known]
    return Figures(
        tickets=len(replayed),
        solved_before=Share(len(before), len(labelled)),
        found_first=Share(sum(each.rank == 1 for each in before), len(before)),
        found_shown=Share(sum(each.rank is not None for each in before), len(before)),
        by={name: parts(replayed, names, judged or {}) for name, names in _GROUPS.items()},
        matters=matters(replayed),
        examples=examples(replayed),
        unlabelled=len(replayed) - len(labelled),
    )


def parts(
    replayed: Sequence[Replayed], names: Callable[[Replayed], Iterable[str]], judged: Mapping[str, bool]
) -> tuple[Part, ...]:
    """Return the parts by name; a ticket on two products stands in both."""
    grouped: dict[str, list[Replayed]] = defaultdict(list)
    for each in replayed:
        for name in names(each):
            grouped[name].append(each)
    return tuple(_part(name, grouped[name], judged) for name in sorted(grouped))


def matters(replayed: Sequence[Replayed]) -> tuple[Matter, ...]:
    """Return the matters with the most repeats, the largest first."""
    roots: dict[str, str] = {}
    grouped: dict[str, list[Replayed]] = defaultdict(list)
    titles: dict[str, str] = {}
    for each in replayed:
        root = _root(each, roots)
        roots[key_of(each.ticket)] = root
        grouped[root].append(each)
        if each.hits and each.hits[0].id == root:
            titles.setdefault(root, each.hits[0].title)
    found = [_matter(root, each, titles.get(root)) for root, each in grouped.items()]
    repeated = [each for each in found if each.repeats]
    return tuple(sorted(repeated, key=lambda each: (-each.repeats, each.id))[:MATTERS])


def examples(replayed: Sequence[Replayed]) -> tuple[Replayed, ...]:
    """Return the newest tickets whose earlier solution was found first, or is the likely one."""
    fit = [e for e in replayed if (e.rank == 1 if e.known is not None else e.probability >= LIKELY)]
    return tuple(reversed(fit[-EXAMPLES:]))


def _part(name: str, replayed: Sequence[Replayed], judged: Mapping[str, bool]) -> Part:
    labelled = [each for each in replayed if each.known is not None]
    others = [each for each in replayed if each.known is None]
    said = [judged[each.ticket.id] for each in others if each.ticket.id in judged]
    return Part(
        name=name,
        tickets=len(replayed),
        solved_before=Share(sum(bool(each.known) for each in labelled), len(labelled)),
        unlabelled=len(others),
        judged=len(said),
        estimate=estimate_part(said, sum(bool(each.hits) for each in others), len(others)),
    )


def _root(replayed: Replayed, roots: Mapping[str, str]) -> str:
    """Return the matter of a ticket: its label, or the matter of the earlier solution found for it."""
    if replayed.known is None and replayed.hits and replayed.probability >= LIKELY:
        first = replayed.hits[0].id
        return roots.get(first, first)
    return key_of(replayed.ticket)


def _matter(root: str, replayed: Sequence[Replayed], title: str | None) -> Matter:
    repeats = sum(each.known if each.known is not None else key_of(each.ticket) != root for each in replayed)
    sure = all(each.known is not None for each in replayed)
    return Matter(root, title or replayed[0].ticket.subject, len(replayed), repeats, sure)


_GROUPS: dict[str, Callable[[Replayed], Iterable[str]]] = {
    "month": lambda each: [f"{each.ticket.created_at:%Y-%m}"],
    "product": lambda each: dict.fromkeys(each.ticket.products) or [NO_PRODUCT],
    "language": lambda each: [primary(each.ticket.language) if each.ticket.language else NO_LANGUAGE],
}
