import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from indexer import bound
from indexer.bound import NEVER, faultless_limit, first_tested, threshold, wrong_limit


def limited(*points: tuple[float, int, int]) -> list[list[float]]:
    """Give a curve of (threshold, answered, wrong) with its limits."""
    return [[value, answered, wrong, wrong_limit(wrong, answered)] for value, answered, wrong in points]


@pytest.mark.parametrize(("rate", "enough"), [(0.10, 29), (0.05, 59), (0.01, 299)])
def test_so_many_answers_without_error_certify_a_rate(rate: float, enough: int):
    assert wrong_limit(0, enough) <= rate < wrong_limit(0, enough - 1)
    assert threshold(limited((0.8, enough, 0)), rate) == 0.8
    assert threshold(limited((0.8, enough - 1, 0)), rate) > 1


@given(answered=st.integers(1, 400), share=st.floats(0, 0.99))
def test_the_limit_is_the_rate_at_which_so_few_errors_have_5_per_cent(answered: int, share: float):
    wrong = int(answered * share)
    limit = wrong_limit(wrong, answered)
    assert limit > wrong / answered
    assert binom.cdf(wrong, answered, limit) == pytest.approx(0.05, abs=1e-6)


@given(answered=st.integers(1, 4000))
def test_the_limit_without_error_has_a_closed_form(answered: int):
    assert faultless_limit(answered) == pytest.approx(wrong_limit(0, answered), abs=1e-9)


def test_nothing_is_known_of_a_rate_when_all_were_wrong_or_none_answered():
    assert wrong_limit(3, 3) == wrong_limit(0, 0) == 1.0


def test_the_lowest_threshold_that_passes_is_taken():
    curve = limited((0.9, 40, 0), (0.8, 80, 1), (0.7, 120, 2), (0.6, 200, 30))
    assert threshold(curve, 0.10) == 0.7
    assert threshold(curve[::-1], 0.10) == 0.7


def test_one_error_among_the_very_first_answers_ends_nothing():
    early = (0.9, 30, 1), (0.8, 80, 2), (0.7, 400, 9)
    assert threshold(limited(*early), 0.10) == 0.7
    assert threshold(limited(*early, (0.1, 3000, 900)), 0.10) == NEVER  # 450 of 3,000 come first
    assert first_tested(limited(*early), 0.10) == 60
    assert first_tested(limited((0.9, 30, 1)), 0.10) == 29


def test_the_first_failure_ends_the_sequence():
    assert threshold(limited((0.9, 40, 0), (0.8, 60, 9), (0.7, 200, 9)), 0.10) == 0.9
    assert threshold(limited((0.9, 40, 20), (0.8, 200, 20)), 0.10) > 1


def test_a_threshold_with_too_few_answers_to_tell_is_passed_over():
    assert threshold(limited((0.95, 0, 0), (0.9, 12, 0), (0.8, 40, 0)), 0.10) == 0.8


def test_no_outcomes_certify_nothing():
    assert threshold([], 0.5) > 1
    assert threshold(limited((0.9, 0, 0)), 0.5) > 1


@given(
    wrongs=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), min_size=1, max_size=20),
    rates=st.tuples(st.floats(0.01, 0.5), st.floats(0.01, 0.5)),
)
def test_who_accepts_more_wrong_answers_never_gets_fewer(
    wrongs: list[tuple[int, int]], rates: tuple[float, float]
):
    answered = list(itertools.accumulate(right + wrong for right, wrong in wrongs))
    missed = list(itertools.accumulate(wrong for _, wrong in wrongs))
    points = zip(answered, missed, strict=True)
    curve = limited(*((round(0.99 - 0.01 * step, 2), *point) for step, point in enumerate(points)))
    assert threshold(curve, max(rates)) <= threshold(curve, min(rates))


def answers_needed(share: float, rate: float) -> str:
    """Return how many answers prove a rate when this share of them, rounded up, is wrong."""
    if share >= rate:
        return "never"
    answered = bound.least(rate)
    while wrong_limit(math.ceil(round(share * answered, 9)), answered) > rate:
        answered += 1
    return str(answered)


def test_the_documentation_says_how_many_answers_it_takes():
    text = (Path(__file__).parents[2] / "docs" / "DECISION.md").read_text(encoding="utf-8")
    for rate in (0.02, 0.05, 0.10, 0.20):
        expected = [answers_needed(share, rate) for share in (0.0, 0.01, 0.02, 0.05)]
        assert f"| at most {rate:.0%} wrong | {' | '.join(expected)} |".replace("%", " %") in text
    assert [bound.least(0.10, 1 - 0.05 / groups) for groups in (2, 5)] == [36, 44]


def test_coverage_is_the_share_that_is_answered():
    probabilities = np.array([0.9] * 40 + [0.3] * 10)
    proof = bound.certify(probabilities, np.array([True] * 40 + [False] * 10), 0.10)
    assert (proof.threshold, proof.outcomes, proof.answered, proof.wrong) == (0.9, 50, 40, 0)
    assert proof.coverage == 0.8
    assert bound.certify(np.empty(0), np.empty(0, dtype=np.bool_), 0.10).coverage == 0.0


@pytest.mark.parametrize(("wrong", "answered"), [(1, 10), (5, 40), (30, 100)])
def test_what_is_proven_wrong_is_the_rate_at_which_so_many_errors_have_5_per_cent(wrong: int, answered: int):
    assert binom.sf(wrong - 1, answered, bound.proven_wrong(wrong, answered)) == pytest.approx(0.05)
    assert bound.proven_wrong(0, answered) == 0.0
