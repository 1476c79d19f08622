"""How fast the embedder is: one text alone, and many through its pool of threads."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.spread import Spread
from indexer.embed import Embedder, Vectors


@dataclass(frozen=True, slots=True)
class Encoding:
    """One query alone, many short texts (texts/s), and the vectors of the many."""

    one: Spread
    rate: float
    vectors: Vectors


def measure(embedder: Embedder, queries: Sequence[str], texts: Sequence[str]) -> Encoding:
    """Encode each query alone, then all texts at once."""
    embedder.queries(queries[:20])
    one = Spread.each(lambda text: embedder.queries([text]), queries)
    begun = time.perf_counter()
    vectors = embedder.passages(texts)
    return Encoding(one, len(texts) / (time.perf_counter() - begun), vectors)
