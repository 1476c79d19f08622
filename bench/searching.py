"""How long a search takes inside the process, beside one encoding; and how often its first hit is right."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.spread import Spread, timed
from indexer.embed import Embedder
from indexer.query import Index
from kb.imports import Query


@dataclass(frozen=True, slots=True)
class Searching:
    """Times of both, and hit@1 over the questions that can be answered; None where there are none."""

    encode: Spread
    search: Spread
    answerable: int
    hit_at_1: float | None


def measure(
    index: Index, embedder: Embedder, asked: Sequence[Query], relevant: Mapping[str, Mapping[str, int]]
) -> Searching:
    """Encode and search each text, one right after the other: what else the machine does falls on both."""
    encoding, searching, right = [], [], []
    for query in asked:
        encoding.append(timed(embedder.queries, [query.text]))
        begun = time.perf_counter()
        result = index.search(query.text, country=query.country, language=query.language)
        searching.append(time.perf_counter() - begun)
        gains = relevant.get(query.id, {})
        if any(gain > 0 for gain in gains.values()):
            right.append(bool(result.hits) and gains.get(result.hits[0].id, 0) > 0)
    hit_at_1 = sum(right) / len(right) if right else None
    return Searching(Spread.of(encoding), Spread.of(searching), len(right), hit_at_1)
