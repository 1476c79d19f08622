"""How long something takes, over many times it was done."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 95th percentile of some times, in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Sum up times that were measured in seconds."""
        return cls(*(float(np.percentile(seconds, share)) * 1000 for share in (50, 95)))

    @classmethod
    def each(cls, work: Callable[[str], object], texts: Iterable[str]) -> Self:
        """Do `work` with one text after the other."""
        return cls.of([timed(work, text) for text in texts])

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f} ms"


def timed(work: Callable[..., object], *arguments: object) -> float:
    """Return how many seconds `work` takes."""
    begun = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begun
