"""Intervals of measures over questions: a bootstrap, and exact limits where it would claim too much."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 20261122
DRAWS = 2000
LEVEL = 0.95
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value and the limits between which it lies in 95 % of the draws."""

    value: float
    low: float
    high: float


def bootstrap(measure: Callable[[Rows], float | None], count: int, draws: int = DRAWS) -> Interval | None:
    """Return the percentile interval (Efron 1979) of a measure over `count` questions.

    `measure` is given the numbers of the questions, some of them several times; it returns None where they
    do not tell (no question without an answer among them), and such draws are left out.
    """
    value = measure(np.arange(count))
    if value is None:
        return None
    random = np.random.default_rng(SEED)
    drawn = (measure(random.integers(0, count, count)) for _ in range(draws))
    found = [each for each in drawn if each is not None]
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist() if found else (value, value)
    return Interval(value, low, high)


def proportion(hits: npt.NDArray[np.bool_]) -> Interval | None:
    """Return the share of `hits` with its interval; None when there are none to count.

    Where all agree every draw agrees too: there the limits are exact (Clopper and Pearson 1934).
    """
    count = len(hits)
    if not count:
        return None
    share = float(hits.mean())
    if 0 < share < 1:
        return bootstrap(lambda rows: float(hits[rows].mean()), count)
    further = 1 - ((1 - LEVEL) / 2) ** (1 / count)
    return Interval(share, 1 - further, 1.0) if share else Interval(share, 0.0, further)
