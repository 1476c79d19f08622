"""The promise itself: how often the true risk of a certified threshold is larger than was promised.

Pools whose truth is known are drawn a thousand times each. A promise with 95 % confidence may be broken in 50
of them; a thousand draws of exactly 5 % exceed LARGEST once in a thousand runs.
"""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from indexer import bound
from indexer.bound import Floats

DRAWS = 1000
QUESTIONS = 500
LARGEST = int(binom.ppf(0.999, DRAWS, 1 - bound.CONFIDENCE))
Wrong = Callable[[Floats, float], Floats]  # probabilities and rate to true chances of being wrong


def calibrated(p: Floats, rate: float) -> Floats:
    """What is said to be right with probability p is right with probability p."""
    return 1.0 - p


def boastful(p: Floats, rate: float) -> Floats:
    """Much more is wrong than is said."""
    return np.minimum(1.0, 2.5 * (1.0 - p) + 0.02)


def everywhere_a_little_too_wrong(p: Floats, rate: float) -> Floats:
    """The worst case of one test: whatever is certified is wrong, and hardly so."""
    return np.full_like(p, 1.02 * rate)


def good_above_the_middle(p: Floats, rate: float) -> Floats:
    """A little too much is wrong from a probability of .6 down, and nothing above."""
    return np.where(p >= 0.6, 0.0, np.minimum(1.0, 0.8 * rate + 2.0 * (0.75 - p)))


def surest_worst(p: Floats, rate: float) -> Floats:
    """The surest answers are the most wrong, which a sequence from the top does not expect."""
    return np.where(p >= 0.97, 2.0 * rate, 0.95 * rate)


POOLS = (calibrated, boastful, everywhere_a_little_too_wrong, good_above_the_middle, surest_worst)


@pytest.mark.parametrize("rate", [0.05, 0.10, 0.20])
@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool.__name__)
def test_the_true_risk_is_larger_than_promised_in_at_most_one_of_twenty_draws(pool: Wrong, rate: float):
    random = np.random.default_rng(20261123)
    risk = true_risks(pool, rate, random)
    broken = certified = 0
    for _ in range(DRAWS):
        probabilities = random.beta(3.0, 1.0, size=QUESTIONS)
        right = random.random(QUESTIONS) >= pool(probabilities, rate)
        proof = bound.certify(probabilities, right, rate)
        if proof.threshold is not None:
            certified += 1
            broken += risk[proof.threshold] > rate
    assert broken <= LARGEST
    assert certified > 0.9 * DRAWS or pool is not good_above_the_middle


def true_risks(pool: Wrong, rate: float, random: np.random.Generator) -> dict[float, float]:
    """Return the share of wrong answers above each threshold, of a million questions without chance."""
    probabilities = np.sort(random.beta(3.0, 1.0, size=1_000_000))
    wrong = pool(probabilities, rate)
    above = np.cumsum(wrong[::-1])[::-1] / np.arange(len(wrong), 0, -1)
    return {value: float(above[np.searchsorted(probabilities, value)]) for value in bound.SEQUENCE}
