"""Passages to vectors: what was embedded before is taken over, what is new is kept as soon as it is there."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from indexer.embed import Embedder, Vectors
from indexer.rows import Row

Progress = Callable[[str, int, int], None]  # what is being done, how much of it, out of how much
Keep = Callable[[Sequence[bytes], Vectors], None]

# Texts between two steps that a kill cannot undo: a few seconds of work, and the pool of threads stands idle
# at the end of a step for less than a hundredth of it.
STEP = 512


def vectorise(
    rows: Sequence[Row],
    embedder: Embedder,
    known: Mapping[bytes, Vectors],
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Vectors:
    """Return the vectors of `rows`, shape (n, dimension); each text that is not `known` is embedded once.

    `keep` is given digests and vectors of what was embedded, after every STEP texts.
    """
    vectors = np.empty((len(rows), embedder.dimension), dtype=np.float32)
    fresh: dict[bytes, list[int]] = {}
    for number, row in enumerate(rows):
        if row.digest in known:
            vectors[number] = known[row.digest]
        else:
            fresh.setdefault(row.digest, []).append(number)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress("embedding", done, len(fresh))

    digests = list(fresh)
    for start in range(0, len(digests), STEP):
        part = digests[start : start + STEP]
        found = embedder.passages([rows[fresh[digest][0]].text for digest in part], step)
        for digest, vector in zip(part, found, strict=True):
            vectors[fresh[digest]] = vector
        if keep:
            keep(part, found)
    return vectors
