"""What the halves of a pool show: promises that are kept, and one that no half can prove."""

import numpy as np
import pytest

from bench.bound import Pool, halve


def pool(wrong: float, questions: int = 600) -> Pool:
    """Give questions of which a share is wrong whatever was said, half of them said to be sure."""
    random = np.random.default_rng(7)
    sure = np.arange(questions) % 2 == 0
    right = random.random(questions) >= wrong
    return Pool("made up", np.where(sure, 0.9, 0.1), right, right)


def test_a_promise_that_is_easily_kept_is_certified_in_every_half():
    seen = halve(pool(0.02), 0.20, halves=50)
    assert (seen.certified, seen.broken) == (1.0, 0.0)
    assert seen.wrong == pytest.approx(0.02, abs=0.02)
    assert seen.coverage == pytest.approx(1.0)
    assert seen.solvable == pytest.approx(1.0)


def test_a_promise_that_cannot_be_kept_is_certified_in_no_half():
    seen = halve(pool(0.5), 0.10, halves=50)
    assert (seen.certified, seen.broken, seen.coverage) == (0.0, 0.0, 0.0)
