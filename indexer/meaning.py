"""What kb calls similarity, by an embedder: the part of its vectors that is alike in all languages."""

from collections.abc import Sequence

import numpy as np

from indexer.embed import Embedder, Vectors


class Meaning:
    """A `kb.similarity.Similarity`: the English part of a vector says nothing in other languages."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def id(self) -> str:
        return self._embedder.id

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), parts[0]), of unit vectors."""
        shared = self._embedder.passages(texts)[:, : self._embedder.parts[0]]
        lengths = np.linalg.norm(shared, axis=1, keepdims=True)
        return np.asarray(shared / np.where(lengths > 0, lengths, 1), dtype=np.float32)
