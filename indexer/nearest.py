"""FAISS under our own ids: exact, a graph (HNSW), or inverted lists with 8-bit codes, chosen by size."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import faiss
import numpy as np
import numpy.typing as npt

from kb.errors import Unavailable

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]
Kind = Literal["exact", "graph", "lists"]

# One query, 200 neighbours, 384 dimensions, one core (`make bench` prints it): exact search takes 1.8 ms
# among 15,000 vectors, 5.8 among 50,000 and 30 among 300,000; the graph 0.4, 0.9 and 0.8 ms at recall@10
# of .996 or more. Lists answer 300,000 as fast and are made in 27 s and 140 MB, where the graph takes 66 to
# 108 s and 540 MB; but where texts form no groups they find .71 to .96 of the ten nearest, the graph .99.
# To embed so many passages takes half an hour: up to there the minute for the graph is well spent.
EXACT_UP_TO = 10_000
GRAPH_UP_TO = 400_000
# Links a vertex and width of the beam: recall@10 is .996 and more; 16 links lose a point, 64 win nothing.
LINKS, BUILD_BEAM, BEAM = 32, 80, 200
# Four lists for each root of the number (the usual rule), a 16th of them looked into: recall@10 .99 on
# vectors like ours, once the neighbours are compared by their full vectors (.983 by their codes).
LISTS_PER_ROOT, SHARE_OF_LISTS = 4, 16
TRAINING_ROUNDS, TRAINING_SAMPLE = 10, 64  # of k-means: more of either moved recall by less than .002


def kind_for(size: int) -> Kind:
    """Return the kind of index for so many vectors."""
    if size <= EXACT_UP_TO:
        return "exact"
    return "graph" if size <= GRAPH_UP_TO else "lists"


class Nearest:
    """The nearest of a fixed set of unit vectors by cosine. Safe to search from many threads."""

    def __init__(self, index: faiss.IndexIDMap) -> None:
        faiss.omp_set_num_threads(1)  # queries come in parallel; threads inside one only wait for each other
        self._index = index
        self._inner = faiss.downcast_index(index.index)

    @property
    def size(self) -> int:
        return int(self._index.ntotal)

    @property
    def approximate(self) -> bool:
        """Say whether cosines are those of 8-bit codes, and should be computed again."""
        return isinstance(self._inner, faiss.IndexIVF)

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors, kind: Kind | None = None) -> "Nearest":
        """Index unit `vectors` of shape (n, dimension) under `ids` of shape (n,); `kind` is that for n."""
        inner = _MAKERS[kind or kind_for(len(ids))](len(ids), vectors.shape[1])
        with _all_cores():
            index = faiss.IndexIDMap(inner)
            if not inner.is_trained:
                inner.train(vectors)
            index.add_with_ids(vectors, ids)
        return cls(index)

    def search(self, vectors: Vectors, count: int, hidden: Ids | None = None) -> tuple[Vectors, Ids]:
        """Return cosines and ids of shape (queries, at most count), best first, without the `hidden`."""
        selector = None
        if hidden is not None and len(hidden):
            selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(hidden))
        count = min(count, self.size - (0 if hidden is None else len(hidden)))
        if count <= 0:
            return np.empty((len(vectors), 0), np.float32), np.empty((len(vectors), 0), np.int64)
        cosines, ids = self._index.search(vectors, count, params=self._parameters(count, selector))
        return cosines, ids

    def _parameters(self, count: int, selector: "faiss.IDSelector | None") -> "faiss.SearchParameters":
        if isinstance(self._inner, faiss.IndexHNSW):
            return faiss.SearchParametersHNSW(efSearch=max(BEAM, count), sel=selector)
        if isinstance(self._inner, faiss.IndexIVF):
            probes = max(1, self._inner.nlist // SHARE_OF_LISTS)
            return faiss.SearchParametersIVF(nprobe=probes, sel=selector)
        return faiss.SearchParameters(sel=selector)

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # the class that FAISS raises for every failure
            raise OSError(None, f"FAISS cannot write {path.name}; the disk may be full") from error

    @classmethod
    def load(cls, path: Path) -> "Nearest":
        """Map the index of a file into memory; raises Unavailable when it cannot be read."""
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise Unavailable(f"{path} cannot be read: {error}") from error


def _exact(_size: int, dimension: int) -> faiss.Index:
    return faiss.IndexFlatIP(dimension)


def _graph(_size: int, dimension: int) -> faiss.Index:
    index = faiss.IndexHNSWFlat(dimension, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_BEAM
    return index


def _lists(size: int, dimension: int) -> faiss.Index:
    count = max(1, int(LISTS_PER_ROOT * size**0.5))
    coarse = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        coarse, dimension, count, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    coarse.this.disown()  # the lists own their centroids now, or both would free them
    index.own_fields = True
    index.cp.niter, index.cp.max_points_per_centroid = TRAINING_ROUNDS, TRAINING_SAMPLE
    return index


_MAKERS = {"exact": _exact, "graph": _graph, "lists": _lists}


@contextmanager
def _all_cores() -> Iterator[None]:
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(1)
