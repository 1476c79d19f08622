"""What outcomes prove: exact limits of the wrong rate, and the lowest threshold that keeps a promise.

The promise is "of what is answered at most `max_wrong` is wrong, with 95 % confidence". Before any outcome is
looked at, three things are fixed: the thresholds and their order (SEQUENCE), and the least number of answers
from which on a threshold is tested (`first_tested`). Which threshold comes first depends on how many were
answered, never on whether they were right; docs/DECISION.md says why the promise holds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Point = tuple[float, int, int, float]  # threshold, answered, wrong, `wrong_limit`

CONFIDENCE = 0.95
# Steps of .01 cost nothing: in a fixed sequence each test may err as often as if it were the only one.
SEQUENCE = tuple(round(0.99 - 0.01 * step, 2) for step in range(99))
# The first test is of this share of the outcomes at least. A test of the very fewest answers fails by one
# wrong among them, and that ends the sequence: of 200 draws of two thirds of banking77, .54 were certified
# for .10 when 29 answers came first, all of them with this share; none was broken more often than promised.
FIRST_SHARE = 0.15
NEVER = 1.01  # above every probability: nothing is answered


@dataclass(frozen=True, slots=True)
class Proof:
    """What outcomes prove: the lowest `threshold` that keeps the promise, None where none does.

    `answered` of all `outcomes` were at or above it, `wrong` of these; at most `limit` is wrong, with the
    confidence that was asked for. Without a threshold it takes at least `needed` more outcomes.
    """

    threshold: float | None
    outcomes: int
    answered: int = 0
    wrong: int = 0
    limit: float = 1.0
    needed: int = 0

    @property
    def coverage(self) -> float:
        """Return the share of the outcomes that is answered; 0 of none."""
        return self.answered / self.outcomes if self.outcomes else 0.0


def certify(probabilities: Floats, right: Flags, max_wrong: float, confidence: float = CONFIDENCE) -> Proof:
    """Return what judged outcomes prove; both arrays have the shape (outcomes,).

    Fixed-sequence testing, as in Learn-then-Test (Angelopoulos et al. 2021), with the exact binomial limit.
    """
    curve = curve_of(probabilities, right, confidence)
    lowest = threshold(curve, max_wrong, confidence)
    if lowest == NEVER:
        return Proof(None, len(probabilities), needed=more_needed(curve, max_wrong, confidence))
    told = next(answered for value, answered, _, _ in curve if value == lowest)
    # Of the thresholds with the same answers, all proven, the highest: not into a region without outcomes.
    value, answered, wrong, limit = next(point for point in curve if point[1] == told)
    return Proof(value, len(probabilities), answered, wrong, limit)


def curve_of(probabilities: Floats, right: Flags, confidence: float = CONFIDENCE) -> list[Point]:
    """Return for each threshold of SEQUENCE how many are answered, how many of them wrong, and the limit."""
    values = np.array(SEQUENCE)
    sure, sure_and_wrong = np.sort(probabilities), np.sort(probabilities[~right])
    answered = len(sure) - np.searchsorted(sure, values, side="left")
    wrong = len(sure_and_wrong) - np.searchsorted(sure_and_wrong, values, side="left")
    limits = wrong_limits(wrong, answered, confidence)
    return list(zip(SEQUENCE, answered.tolist(), wrong.tolist(), limits.tolist(), strict=True))


def threshold(curve: Sequence[Sequence[float]], max_wrong: float, confidence: float = CONFIDENCE) -> float:
    """Return the lowest threshold of a fixed sequence whose upper limit of the wrong rate is `max_wrong`.

    `curve` holds (threshold, answered, wrong, `wrong_limit`) in any order. Thresholds are tested from the
    highest down, those with too few answers are passed over (`first_tested`), and the first failure ends it.
    NEVER where none passes.
    """
    lowest = NEVER
    enough = first_tested(curve, max_wrong, confidence)
    for value, answered, _wrong, limit in sorted((tuple(point) for point in curve), reverse=True):
        if answered < enough:
            continue
        if limit > max_wrong:
            break
        lowest = float(value)
    return lowest


def first_tested(curve: Sequence[Sequence[float]], max_wrong: float, confidence: float = CONFIDENCE) -> int:
    """Return from how many answers on a threshold is tested; it rests on counts alone."""
    most = max((answered for _, answered, _, _ in curve), default=0)
    return max(least(max_wrong, confidence), math.ceil(FIRST_SHARE * most))


def more_needed(curve: Sequence[Point], max_wrong: float, confidence: float = CONFIDENCE) -> int:
    """Return the fewest further answers, all right, with which a threshold could be certified.

    Only the thresholds down to the first one that can be tested count: it has to pass before any lower one.
    """
    enough = first_tested(curve, max_wrong, confidence)
    missing = []
    for _, answered, wrong, _ in sorted(curve, reverse=True):
        missing.append(_enough(wrong, max_wrong, confidence) - answered)
        if answered >= enough:
            break
    return max(1, min(missing, default=enough))


@lru_cache(maxsize=1024)
def _enough(wrong: int, max_wrong: float, confidence: float) -> int:
    """Return the least number of answers among which `wrong` errors still prove the rate."""
    low, high = wrong, least(max_wrong, confidence)
    while wrong_limit(wrong, high, confidence) > max_wrong:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wrong_limit(wrong, middle, confidence) > max_wrong else (low, middle)
    return high


def least(max_wrong: float, confidence: float = CONFIDENCE) -> int:
    """Return how many answers without any error prove a rate: 29 for .10, 59 for .05."""
    # Rounded, because where the rate is met exactly the quotient may lie a hair above a whole number.
    return max(1, math.ceil(round(math.log(1.0 - confidence) / math.log(1.0 - max_wrong), 9)))


def faultless_limit(answered: int, confidence: float = CONFIDENCE) -> float:
    """Return `wrong_limit(0, answered)`, which has a closed form."""
    return 1.0 - float((1.0 - confidence) ** (1.0 / answered))


def wrong_limit(wrong: int, answered: int, confidence: float = CONFIDENCE) -> float:
    """Return the exact upper limit of the wrong rate (Clopper and Pearson 1934); 1 where all were wrong."""
    return float(wrong_limits(np.array(wrong), np.array(answered), confidence))


def wrong_limits(wrong: Counts, answered: Counts, confidence: float = CONFIDENCE) -> Floats:
    """Return `wrong_limit` of each pair; both arrays have the same shape."""
    from scipy.special import betaincinv  # takes .3 s to load, and what serves finds the limits in its files

    right = answered - wrong
    return np.where(right > 0, betaincinv(wrong + 1.0, np.maximum(right, 1), confidence), 1.0)


def proven_wrong(wrong: int, answered: int, confidence: float = CONFIDENCE) -> float:
    """Return the exact lower limit of the wrong rate; 0 where none was wrong."""
    from scipy.special import betaincinv

    return float(betaincinv(wrong, answered - wrong + 1.0, 1.0 - confidence)) if wrong else 0.0
