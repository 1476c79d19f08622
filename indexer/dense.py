"""The dense leg: the nearest passages by centred cosine, in a fixed index and in what changed since."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.nearest import Ids, Nearest, Vectors

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
    is at home here may expect. `learned` are the deviations of the learned leg, one a solution that it knows.
    """

    ids: Ids
    cosines: npt.NDArray[np.float32]
    mean: float
    deviation: float
    typical: float = 0.0
    learned: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in a corpus: the centre that is taken off, the moments of what remains, `typical`.

    `parts` are the lengths of the parts of a vector that different encoders gave; each is centred for itself.

    With the mean m and the covariance C of unit vectors, the cosines of a query q have mean m·q and variance
    q·C·q: the same figures as from comparing q with all of them.
    """

    centre: Vectors
    mean: Vectors
    covariance: Vectors
    typical: float
    parts: tuple[int, ...]

    def centred(self, vectors: Vectors) -> Vectors:
        """Take the centre off; each part keeps its length, so that one of length zero stays unknown."""
        return _centred(vectors, self.centre, self.parts)


class DenseIndex:
    """Cosine search among centred unit vectors; a later change is a new object that shares the old index."""

    def __init__(
        self,
        nearest: Nearest,
        ids: Ids,
        vectors: Vectors,
        usual: Usual,
        hidden: Ids | None = None,
        added: tuple[Ids, Vectors] | None = None,
    ) -> None:
        self._nearest = nearest
        self._ids = ids
        self._vectors = vectors
        self._usual = usual
        self._hidden = hidden
        self._added = added

    @property
    def size(self) -> int:
        hidden = 0 if self._hidden is None else len(self._hidden)
        return self._nearest.size - hidden + (len(self._added[0]) if self._added else 0)

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors, parts: tuple[int, ...] | None = None) -> "DenseIndex":
        """Index unit `vectors` of shape (n, dimension) under `ids` of shape (n,), which are sorted."""
        parts = parts or (vectors.shape[1],)
        centre = _centre(vectors, parts)
        moved = _centred(vectors, centre, parts)
        nearest = Nearest.build(ids, moved)
        # Ids are hashes, so a stride through them in order is a random sample.
        background = moved[:: max(1, -(-len(ids) // BACKGROUND))]
        mean, covariance = _moments(background)
        usual = Usual(centre, mean, covariance, _typical(nearest, background), parts)
        return cls(nearest, ids, vectors, usual)

    def changed(self, hidden: Ids, ids: Ids, vectors: Vectors) -> "DenseIndex":
        """Return this index without `hidden` and with unit `vectors` of shape (n, dimension) under `ids`.

        What was added or hidden by an earlier change is forgotten: changes are told against the fixed index.
        """
        added = (ids, self._usual.centred(vectors)) if len(ids) else None
        return DenseIndex(self._nearest, self._ids, self._vectors, self._usual, np.sort(hidden), added)

    def search(self, vector: Vectors) -> Neighbours:
        """Return the neighbours of one unit vector of shape (dimension,)."""
        usual = self._usual
        moved = usual.centred(vector[None, :])
        found = self._nearest.search(moved, DEPTH, self._hidden)
        cosines, ids = found[0][0], found[1][0]
        cosines, ids = cosines[ids >= 0], ids[ids >= 0]  # FAISS fills up with -1
        if self._nearest.approximate:
            near = self._vectors[np.searchsorted(self._ids, ids)]
            cosines = usual.centred(near) @ moved[0]
        if self._added:
            ids = np.concatenate([ids, self._added[0]])
            cosines = np.concatenate([cosines, self._added[1] @ moved[0]])
        if self._added or self._nearest.approximate:
            best = np.argsort(-cosines, kind="stable")[:DEPTH]
            ids, cosines = ids[best], cosines[best]
        mean = float(usual.mean @ moved[0])
        variance = float(moved[0] @ usual.covariance @ moved[0])
        return Neighbours(ids, cosines, mean, max(variance, 0.0) ** 0.5, usual.typical)

    def compare(self, vector: Vectors, others: Vectors) -> npt.NDArray[np.float32]:
        """Return the centred cosines of a unit vector with `others`, unit vectors of shape (n, dimension)."""
        cosines: npt.NDArray[np.float32] = (
            self._usual.centred(others) @ self._usual.centred(vector[None, :])[0]
        )
        return cosines

    def save(self, folder: Path) -> None:
        """Write the fixed index and what is usual into `folder`; ids and vectors are kept by the caller."""
        self._nearest.save(folder / "dense.faiss")
        usual = self._usual
        np.save(folder / "usual.npy", np.vstack([usual.centre, usual.mean, usual.covariance]))
        np.save(folder / "typical.npy", usual.typical)
        np.save(folder / "parts.npy", usual.parts)

    @classmethod
    def load(cls, folder: Path, ids: Ids, vectors: Vectors) -> "DenseIndex":
        """Read what `save` wrote; raises Unavailable when it cannot be read."""
        rows = np.load(folder / "usual.npy")
        typical, parts = float(np.load(folder / "typical.npy")), np.load(folder / "parts.npy")
        usual = Usual(rows[0], rows[1], rows[2:], typical, tuple(parts.tolist()))
        return cls(Nearest.load(folder / "dense.faiss"), ids, vectors, usual)


def _moments(background: Vectors) -> tuple[Vectors, Vectors]:
    """Return mean and covariance of the rows."""
    dimension = background.shape[1]
    if not len(background):
        return np.zeros(dimension, dtype=np.float32), np.zeros((dimension, dimension), dtype=np.float32)
    mean = background.mean(axis=0, dtype=np.float64)
    apart = background - mean
    covariance = apart.T @ apart / len(background)
    return mean.astype(np.float32), covariance.astype(np.float32)


def _typical(nearest: Nearest, background: Vectors) -> float:
    """Return the mean cosine of a passage and its nearest other one."""
    if nearest.size < 2:
        return 0.0
    cosines, _ = nearest.search(background[:: max(1, -(-len(background) // SAMPLE))], 2)
    return float(cosines[:, 1].mean())


def _centred(vectors: Vectors, centre: Vectors, parts: tuple[int, ...]) -> Vectors:
    """Take `centre` off the direction of each part, and give each the length back that it had."""
    moved = np.empty_like(vectors, dtype=np.float32)
    for part in _slices(parts):
        lengths, directions = _directions(vectors[:, part])
        moved[:, part] = lengths * _directions(directions - centre[part])[1]
    return moved


def _centre(vectors: Vectors, parts: tuple[int, ...]) -> Vectors:
    """Return CENTRE of the mean direction of each part."""
    centre = np.zeros(vectors.shape[1], dtype=np.float32)
    if len(vectors):
        for part in _slices(parts):
            centre[part] = CENTRE * _directions(vectors[:, part])[1].mean(axis=0)
    return centre


def _directions(vectors: Vectors) -> tuple[Vectors, Vectors]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)
    return lengths, directions


def _slices(parts: tuple[int, ...]) -> Iterator[slice]:
    start = 0
    for length in parts:
        yield slice(start, start + length)
        start += length
