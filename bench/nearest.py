"""Nearest neighbours in synthetic vectors: `python -m bench.nearest [SIZE...]` compares the kinds of index.

How the vectors are made: each is a direction that all share, plus the centres of its field (30
solutions), its topic (5 solutions) and its solution (100 texts, as in banking77 and clinc150), plus
something of its own that is larger for some texts than for others. All are drawn from one seeded normal
source whose variance along the n-th axis falls as (1 + n/4)^-1.2, as it does in the multilingual
encoder's vectors of those two sets, and are as long as the vectors of the embedder. Queries are further
texts of random solutions.

The groups were chosen in 384 dimensions, those of the multilingual encoder alone. In 15,000 vectors, with
half of the mean taken off, the nearest, 10th, 50th and 200th neighbour have cosine .86 .83 .77 .70 (clinc150:
.78 .71 .65 .59, banking77: .92 .85 .79 .73), and inverted lists find .978 to .984 of the ten nearest in
3,000 to 25,000 of them, by their codes; in the two real sets together, cut to these sizes, .979 to .988.
In 768, of which an English encoder gives the other half, they still fit: .86 .82 .76 .67 in 9,700 vectors
(banking77: .90 .82 .73 .64), of which lists find .982 (banking77: .997). All this says nothing of 300,000:
other groups and weights that were tried found .71, .86, .91, .96 and .99 there, less the fewer groups
there are. So the largest size is measured without fields and topics too ("scattered"), which is harder
than anything real we know.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.spread import Spread
from indexer.dense import CENTRE, DenseIndex
from indexer.embed import open_embedder
from indexer.nearest import Ids, Kind, Nearest, Vectors, kind_for
from kb import settings

SIZES = (5_000, 15_000, 50_000, 300_000)
# Solutions that share a field and a topic, and the weight of each centre.
PER_FIELD, PER_TOPIC, PER_SOLUTION = 30, 5, 100
SHARED, FIELD, TOPIC, SOLUTION = 0.91, 0.2, 0.2, 0.22
OWN, UNLIKE = 0.32, 0.4  # the own part has between 60 and 140 % of its weight
QUERIES, NEAREST, ASKED_FOR = 300, 10, 200
SEED = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of index: recall@10 against exact search, seconds to make it, times of one query alone."""

    size: int
    kind: str
    one: Spread
    recall: float
    build: float
    megabytes: float

    def __str__(self) -> str:
        return (
            f"{self.size:>7} {self.kind:<16} {self.one.p50:>6.2f} / {self.one.p95:>5.2f} ms   "
            f"recall@{NEAREST} {self.recall:.4f}   built in {self.build:.1f} s   {self.megabytes:.0f} MB"
        )


def synthetic(
    size: int, dimension: int, queries: int = QUERIES, *, scattered: bool = False
) -> tuple[Vectors, Vectors]:
    """Return unit vectors, `size` and `queries` of them; `scattered`: without fields and topics."""
    source = np.random.default_rng(SEED)
    scales = ((1 + np.arange(dimension) / 4) ** -0.6).astype(np.float32)
    scales /= np.linalg.norm(scales)

    def draw(count: int) -> Vectors:
        drawn: Vectors = source.standard_normal((count, dimension), dtype=np.float32)
        drawn *= scales  # in place: 300,000 vectors of 768 numbers are a gigabyte
        return drawn

    solutions = max(1, size // PER_SOLUTION)
    solution = np.concatenate([np.arange(size), source.integers(0, size, queries)]) % solutions
    shared = draw(1)
    centres = SHARED * shared / np.linalg.norm(shared) + SOLUTION * draw(solutions)
    for weight, per in () if scattered else ((FIELD, PER_FIELD), (TOPIC, PER_TOPIC)):
        groups = max(1, solutions // per)
        centres += weight * draw(groups)[np.arange(solutions) % groups]
    own = OWN * source.uniform(1 - UNLIKE, 1 + UNLIKE, (size + queries, 1)).astype(np.float32)
    vectors = _unit(centres[solution] + own * draw(size + queries))
    return vectors[:size], vectors[size:]


def measure(
    size: int,
    dimension: int,
    kinds: tuple[Kind, ...] = (),
    queries: int = QUERIES,
    *,
    scattered: bool = False,
) -> list[Figures]:
    """Measure exact search, the `kinds`, and the dense leg of a search with the kind chosen for the size.

    The dense leg takes off the centre itself, and compares full vectors where its kind keeps only codes.
    """
    ids = np.arange(size, dtype=np.int64)
    vectors, asked = synthetic(size, dimension, queries, scattered=scattered)
    centre = CENTRE * vectors.mean(axis=0)
    moved, moved_asked = _unit(vectors - centre), _unit(asked - centre)
    found, truth = [], np.empty((0, NEAREST), np.int64)
    for kind in dict.fromkeys(("exact", *kinds)):
        begun = time.perf_counter()
        index = Nearest.build(ids, moved, kind)
        built = time.perf_counter() - begun
        one, near = _ask(lambda vector, index=index: index.search(vector[None], ASKED_FOR)[1][0], moved_asked)
        truth = near if kind == "exact" else truth
        found.append(Figures(size, kind, one, _recall(near, truth), built, _megabytes(index)))
    begun = time.perf_counter()
    dense = DenseIndex.build(ids, vectors)
    built = time.perf_counter() - begun
    one, near = _ask(lambda vector: dense.search(vector).ids, asked)
    name = f"dense leg, {kind_for(size)}"
    found.append(Figures(size, name, one, _recall(near, truth), built, _megabytes(dense)))
    return found


def _ask(search: Callable[[Vectors], Ids], asked: Vectors) -> tuple[Spread, Ids]:
    search(asked[0])
    seconds, near = [], []
    for vector in asked:
        begun = time.perf_counter()
        ids = search(vector)
        seconds.append(time.perf_counter() - begun)
        near.append(ids[:NEAREST])
    return Spread.of(seconds), np.array(near)


def _recall(near: Ids, truth: Ids) -> float:
    shared = [len(np.intersect1d(one, other)) / len(other) for one, other in zip(near, truth, strict=True)]
    return float(np.mean(shared))


def _megabytes(index: Nearest | DenseIndex) -> float:
    with TemporaryDirectory() as folder:
        index.save(Path(folder) if isinstance(index, DenseIndex) else Path(folder) / "index")
        return sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def main(arguments: list[str]) -> None:
    """Print all kinds at each size; a graph of 300,000 takes minutes to make."""
    dimension = open_embedder(settings.load()).dimension
    print(f"{dimension} dimensions, as many as the embedder has")
    for size in map(int, arguments or SIZES):
        for figures in measure(size, dimension, ("graph", "lists")):
            print(figures, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
