"""The FAISS index of the passages' vectors, under our own ids."""

from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from indexer.embed import Vectors
from kb.errors import Unavailable

Ids = npt.NDArray[np.int64]

# Vectors of one corpus share a direction that says nothing. Half of their mean is taken off all of them:
# dense hit@1 rises from .681 to .706 on wixqa, .773 to .794 on wixqa-open, .949 to .958 on btcfaq and stays
# within .002 on banking77 and clinc150; the whole mean is worse on every set.
CENTRE = 0.5
# Passages that a search looks at; what lies deeper has never been a first hit on the development sets.
DEPTH = 200
# Scores are standardised against this many passages, a random sample where there are more.
BACKGROUND = 4096
# How near passages lie to each other is read off so many of them (half a second in 15,000 passages).
SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest passages, best first, and the mean and deviation of the query's cosines over all.

    `typical` is the mean cosine of a passage of this corpus and the one nearest to it: what a query that
    is at home here may expect.
    """

    ids: Ids
    cosines: npt.NDArray[np.float32]
    mean: float
    deviation: float
    typical: float = 0.0


class DenseIndex:
    """Exact cosine search among centred unit vectors."""

    def __init__(
        self, index: faiss.Index, centre: Vectors, background: Vectors, typical: float = 0.0
    ) -> None:
        faiss.omp_set_num_threads(1)  # queries come in parallel; threads inside one only wait for each other
        self._index = index
        self._centre = centre
        self._background = background
        self._typical = typical

    @property
    def size(self) -> int:
        return int(self._index.ntotal)

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors) -> "DenseIndex":
        """Index unit `vectors` of shape (n, dimension) under `ids` of shape (n,)."""
        centre = (
            CENTRE * vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], dtype=np.float32)
        )
        moved = _centred(vectors, centre)
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(moved, ids)
        # Ids are hashes, so a stride through them in order is a random sample.
        order = np.argsort(ids)[:: max(1, -(-len(ids) // BACKGROUND))]
        return cls(index, centre, moved[order], _typical(index, moved[order]))

    def search(self, vector: Vectors) -> Neighbours:
        """Return the neighbours of one unit vector of shape (dimension,)."""
        moved = _centred(vector[None, :], self._centre)
        cosines, ids = self._index.search(moved, min(DEPTH, self.size))
        spread = self._background @ moved[0]
        return Neighbours(ids[0], cosines[0], float(spread.mean()), float(spread.std()), self._typical)

    def save(self, folder: Path) -> None:
        """Write the index and what belongs to it into `folder`."""
        faiss.write_index(self._index, str(folder / "dense.faiss"))
        np.save(folder / "centre.npy", self._centre)
        np.save(folder / "background.npy", self._background)
        np.save(folder / "typical.npy", self._typical)

    @classmethod
    def load(cls, folder: Path) -> "DenseIndex":
        """Read what `save` wrote; raises Unavailable when it cannot be read."""
        try:
            index = faiss.read_index(str(folder / "dense.faiss"))
        except RuntimeError as error:  # the class that FAISS raises for every failure
            raise Unavailable(f"{folder / 'dense.faiss'} cannot be read: {error}") from error
        centre, background, typical = (
            np.load(folder / f"{name}.npy") for name in ("centre", "background", "typical")
        )
        return cls(index, centre, background, float(typical))


def _typical(index: faiss.Index, background: Vectors) -> float:
    """Return the mean cosine of a passage and its nearest other one."""
    if index.ntotal < 2:
        return 0.0
    sample = background[:: max(1, -(-len(background) // SAMPLE))]
    cosines, _ = index.search(sample, 2)
    return float(cosines[:, 1].mean())


def _centred(vectors: Vectors, centre: Vectors) -> Vectors:
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    unit: Vectors = (moved / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
