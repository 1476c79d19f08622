"""What the tests of replay share: short tickets that are easily told apart, and how to replay them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from indexer import decide
from indexer.embed import Embedder
from indexer.replay import Replayed, replay
from kb.imports import PastArticle, PastTicket
from kb.products import Product

START = datetime(2026, 1, 1, tzinfo=UTC)

Make = Callable[..., PastTicket]
Replay = Callable[..., list[Replayed]]


@pytest.fixture(scope="session")
def past() -> Make:
    """Give a maker of tickets: id, text, hours until it came in, and hours until it was solved."""

    def make(
        id_: str,
        text: str,
        came: float,
        solved: float | None = None,
        solution: str | None = None,
        language: str | None = "en",
        products: tuple[str, ...] = (),
        country: str | None = None,
    ) -> PastTicket:
        created_at = START + timedelta(hours=came)
        solved_at = None if solved is None else START + timedelta(hours=solved)
        return PastTicket(
            id_, text, text, created_at, solved_at, False, solution, None, language, country, products
        )

    return make


@pytest.fixture(scope="session")
def run(embedder: Embedder) -> Replay:
    """Give what replays tickets with the embedder and the decision that ship."""
    decider = decide.load(max_wrong=0.1)

    def run(
        tickets: Sequence[PastTicket],
        articles: Sequence[PastArticle] = (),
        catalogue: tuple[Product, ...] = (),
    ) -> list[Replayed]:
        return replay(tickets, articles, catalogue, embedder, decider)

    return run
