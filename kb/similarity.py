"""Meaning, as far as kb asks for it: who has an embedder passes it in."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Similarity(Protocol):
    """Turns texts of any language into unit vectors; what means the same lies near each other."""

    @property
    def id(self) -> str:
        """Name these vectors: what was learned from them is of use with them alone."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), dimension)."""
