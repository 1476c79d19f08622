"""What it costs that an old certificate may stay: how often the one that stands breaks the promise.

Each certificate alone breaks it in at most one of twenty cases; who chooses between them may be wrong more
often. docs/DECISION.md says how much at most, and what was simulated: this is the worst of it, in small.
"""

import numpy as np
from scipy.stats import binom

from indexer.certificate import Terms
from indexer.certify import recalibrate
from kb.audits import Audited

DRAWS, LOOKS, BETWEEN = 300, 20, 50
RATE = 0.10
TERMS = Terms("d1", "e1", RATE)
# The worst case of one test: whatever is certified is too risky, and hardly so.
RISK = 1.02 * RATE
# Choosing between two can be wrong in one of ten; 300 draws of that exceed this once in a thousand runs.
LARGEST = int(binom.ppf(0.999, DRAWS, 2 * 0.05))


def test_the_certificate_that_stands_after_many_looks_is_wrong_in_less_than_one_of_ten_cases():
    random = np.random.default_rng(20261123)
    broken, stayed = np.zeros(LOOKS, dtype=int), 0
    for _ in range(DRAWS):
        outcomes: list[Audited] = []
        standing = None
        for look in range(LOOKS):
            outcomes += _judged(random, len(outcomes))
            done = recalibrate(outcomes, TERMS, len(outcomes), standing)
            standing = done.certificate
            stayed += done.stayed
            broken[look] += standing.threshold(None) is not None
    assert stayed > 0
    assert 0 < broken.max() <= LARGEST


def _judged(random: np.random.Generator, before: int) -> list[Audited]:
    """Give outcomes of which every threshold answers a little too many wrong."""
    probabilities = random.beta(3.0, 1.0, size=BETWEEN)
    right = random.random(BETWEEN) >= RISK
    return [
        Audited(float(probability), bool(good), None, before + number)
        for number, (probability, good) in enumerate(zip(probabilities, right, strict=True), start=1)
    ]
