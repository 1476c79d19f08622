"""What an index asks of whatever finds passages: FAISS and BM25 now, a distributed engine perhaps later."""

from collections.abc import Iterable, Mapping
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from indexer.dense import Neighbours
from indexer.embed import Embedder, Vectors
from indexer.lexical import LexicalScores
from indexer.nearest import Ids
from indexer.rows import Entry, Key
from indexer.segment import Owners
from indexer.vectorise import Keep
from kb.documents import Document
from kb.products import Product


class Engine(Protocol):
    """Search, add and withdraw; `snapshot` publishes what it became. `Corpus` is the one that ships."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Return all documents, without phrasings."""

    @property
    def catalogue(self) -> tuple[Product, ...]:
        """Return the products whose names are canonical in the passages."""

    @property
    def ids(self) -> Ids:
        """Return the ids of all passages, sorted."""

    @property
    def owners(self) -> Owners:
        """Return for each passage the number of its document."""

    @property
    def roomy(self) -> bool:
        """Say whether what changed is small beside the rest; else it is time to index anew."""

    @property
    def learned(self) -> tuple[str, ...]:
        """Return the ids of the solutions that `Neighbours.learned` tells of."""

    def neighbours(self, vector: Vectors) -> Neighbours:
        """Return the passages nearest to a unit vector."""

    def cosines(self, vector: Vectors, others: Vectors) -> npt.NDArray[np.float32]:
        """Compare a unit vector with others, shape (n, dimension), as `neighbours` does with passages."""

    def words(self, text: str) -> LexicalScores:
        """Return the lexical score of every passage, in the order of `ids`."""

    def amended(
        self,
        catalogue: tuple[Product, ...],
        changed: Iterable[Entry],
        gone: Iterable[Key],
        embedder: Embedder,
        known: Mapping[bytes, Vectors] | None = None,
        keep: Keep | None = None,
    ) -> Self:
        """Return the engine with documents added or replaced and others withdrawn."""
