"""Ask with every past ticket, at the moment at which it came in, what was known by then."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from indexer.corpus import make_corpus
from indexer.decide import Decider
from indexer.embed import Embedder
from indexer.query import Index
from indexer.replay.growing import Growing, encode_asked, encode_solved
from indexer.replay.known import first_solved, solved, was_known
from indexer.vectorise import Progress
from kb.errors import Invalid
from kb.imports import PastArticle, PastTicket
from kb.products import Product

SHOWN = 3  # what a customer is shown, and so what counts as found


@dataclass(frozen=True, slots=True)
class Found:
    """A solution that was found: its id, and the title and the beginning of the text that are shown of it."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """One ticket, and what the search of its moment found.

    `known`: its labelled solution had been solved before; None without a label. `probability` that the first
    hit solves it is that of the decision, 0 where nothing was found.
    """

    ticket: PastTicket
    known: bool | None
    hits: tuple[Found, ...]
    probability: float

    @property
    def rank(self) -> int | None:
        """Return the place of the labelled solution among the hits, 1 for the first; None if it is not."""
        places = (n for n, hit in enumerate(self.hits, 1) if hit.id == self.ticket.solution)
        return next(places, None)


def replay(
    tickets: Sequence[PastTicket],
    articles: Sequence[PastArticle],
    catalogue: tuple[Product, ...],
    embedder: Embedder,
    decider: Decider,
    progress: Progress | None = None,
) -> list[Replayed]:
    """Return what each ticket would have found, in the order of time.

    A solution is a candidate only from after the moment at which it was solved. The ranking and its
    statistics know nothing that came later either: the index is grown ticket by ticket (see `growing`).
    Names of the `catalogue` count as one name each, in tickets and solutions alike, at all times.
    """
    steps = solved(tickets, articles)
    first = first_solved(steps)
    vectors = encode_solved(steps, catalogue, embedder, progress)
    asked = encode_asked(embedder, _matched(tickets, catalogue, embedder, decider), progress)
    growing = Growing(catalogue, asked, decider, vectors)
    replayed = []
    waiting = iter(steps)
    step = next(waiting, None)
    for number, ticket in enumerate(sorted(tickets, key=lambda each: each.created_at), start=1):
        while step and step.at < ticket.created_at:
            growing.add(step)
            step = next(waiting, None)
        hits, probability = _ask(growing.index, ticket)
        replayed.append(Replayed(ticket, was_known(ticket, first), hits, probability))
        if progress:
            progress("replaying", number, len(tickets))
    return replayed


def _matched(
    tickets: Sequence[PastTicket], catalogue: tuple[Product, ...], embedder: Embedder, decider: Decider
) -> list[str]:
    """Return what is matched of the tickets, names made canonical; nothing of those without a word."""
    reader = Index(make_corpus((), catalogue, embedder), embedder, decider)
    found = []
    for ticket in tickets:
        with suppress(Invalid):
            found.append(reader.understand(ticket.text, ticket.country, ticket.language).canonical)
    return found


def _ask(index: Callable[[], Index | None], ticket: PastTicket) -> tuple[tuple[Found, ...], float]:
    """Return the hits and the probability of the first; none where nothing is known, or no word is asked."""
    there = index()
    if there is None:
        return (), 0.0
    try:
        result = there.search(ticket.text, country=ticket.country, language=ticket.language, limit=SHOWN)
    except Invalid:
        return (), 0.0
    hits = tuple(Found(hit.id, hit.title, hit.snippet) for hit in result.hits)
    return hits, result.decision.probability if hits else 0.0
