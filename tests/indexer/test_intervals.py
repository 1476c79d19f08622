import numpy as np
import pytest

from indexer.intervals import bootstrap, proportion


def test_the_value_lies_between_its_limits():
    hits = np.array([True] * 30 + [False] * 10)
    interval = bootstrap(lambda rows: float(hits[rows].mean()), len(hits))
    assert interval is not None
    assert interval.value == 0.75
    assert interval.low == pytest.approx(0.61, abs=0.03)
    assert interval.high == pytest.approx(0.88, abs=0.03)


def test_so_many_intervals_hold_the_truth_as_they_promise():
    random = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        hits = random.random(150) < 0.8
        interval = bootstrap(lambda rows, hits=hits: float(hits[rows].mean()), 150, draws=300)
        assert interval is not None
        held += interval.low <= 0.8 <= interval.high
    assert 0.89 <= held / 200 <= 0.99


def test_draws_that_do_not_tell_are_left_out():
    chosen = np.array([1.0, np.nan, np.nan, np.nan])
    interval = bootstrap(lambda rows: 1.0 if (chosen[rows] == 1).any() else None, 4)
    assert interval is not None
    assert (interval.value, interval.low, interval.high) == (1.0, 1.0, 1.0)


def test_a_measure_that_does_not_tell_has_no_interval():
    assert bootstrap(lambda rows: None, 10) is None


def test_the_same_questions_have_the_same_interval():
    values = np.random.default_rng(1).random(50)
    intervals = [bootstrap(lambda rows: float(values[rows].mean()), 50, draws=100) for _ in range(2)]
    assert intervals[0] == intervals[1]


def test_a_share_of_all_or_nothing_has_exact_limits():
    none, all_ = proportion(np.zeros(8, bool)), proportion(np.ones(8, bool))
    assert none is not None
    assert all_ is not None
    assert (none.low, none.high) == (0, pytest.approx(0.3694, abs=1e-4))
    assert (all_.low, all_.high) == (pytest.approx(0.6306, abs=1e-4), 1)


def test_a_share_in_between_is_drawn():
    interval = proportion(np.array([True] * 30 + [False] * 10))
    assert interval is not None
    assert interval.value == 0.75
    assert 0.55 < interval.low < 0.66 < 0.84 < interval.high < 0.93
    assert proportion(np.zeros(0, bool)) is None
