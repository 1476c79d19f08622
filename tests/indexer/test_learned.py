from pathlib import Path

import numpy as np
import pytest

from indexer.learned import LEAST_PASSAGES, MOST_SOLUTIONS, RIDGE, Learned


def phrasings(solutions: int, each: int, dimension: int = 32, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Give unit vectors around a centre a solution, and their owners; all share a large direction."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(solutions, dimension))
    owners = np.repeat(np.arange(solutions), each)
    vectors = centres[owners] + random.normal(0, 1.5, (len(owners), dimension))
    vectors[:, 0] += 8
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), owners


def test_the_weights_are_those_of_a_ridge_regression_by_least_squares():
    vectors, owners = phrasings(solutions=6, each=9)
    learned = Learned.fit(vectors, owners, 6)
    x = vectors - vectors.mean(axis=0)
    y = np.eye(6)[owners] / 3  # an indicator of length one: nine phrasings each
    padded = np.vstack([x, np.sqrt(RIDGE) * np.eye(32)])
    expected, *_ = np.linalg.lstsq(padded, np.vstack([y, np.zeros((32, 6))]))
    assert np.allclose(learned.weights, expected.T, atol=1e-5)


def test_it_finds_the_solution_more_often_than_the_nearest_phrasing():
    vectors, owners = phrasings(solutions=20, each=40)
    asked, right = vectors[::4], owners[::4]
    kept = np.ones(len(vectors), bool)
    kept[::4] = False
    learned = Learned.fit(vectors[kept], owners[kept], 20)
    by_learned = [int(learned.deviations(vector).argmax()) for vector in asked]
    by_nearest = owners[kept][(asked @ vectors[kept].T).argmax(axis=1)]
    assert np.mean(by_learned == right) > np.mean(by_nearest == right) + 0.1


def test_deviations_have_mean_0_and_deviation_1():
    vectors, owners = phrasings(solutions=6, each=9)
    deviations = Learned.fit(vectors, owners, 6).deviations(vectors[3])
    assert deviations.shape == (6,)
    assert deviations.mean() == pytest.approx(0, abs=1e-5)
    assert deviations.std() == pytest.approx(1, abs=1e-5)


def test_a_part_of_the_question_that_is_unknown_does_not_count():
    vectors, owners = phrasings(solutions=6, each=9)
    learned = Learned.fit(vectors, owners, 6)
    half = vectors[3].copy()
    half[16:] = 0
    usual = np.concatenate([half[:16], learned.mean[16:]])
    assert np.allclose(learned.deviations(half), learned.deviations(usual), atol=1e-4)


@pytest.mark.parametrize(
    ("solutions", "each"), [(1, 40), (10, int(LEAST_PASSAGES) - 1), (MOST_SOLUTIONS + 1, 4), (0, 0)]
)
def test_nothing_is_learned_of_too_little_or_too_much(solutions: int, each: int):
    vectors, owners = phrasings(solutions, each, dimension=4)
    learned = Learned.fit(vectors, owners, solutions)
    assert learned.weights.shape == (0, 4)
    assert learned.deviations(np.ones(4, np.float32)).shape == (0,)


def test_what_is_written_is_read_again(tmp_path: Path):
    vectors, owners = phrasings(solutions=6, each=9)
    learned = Learned.fit(vectors, owners, 6)
    learned.save(tmp_path)
    assert np.array_equal(Learned.load(tmp_path).deviations(vectors[0]), learned.deviations(vectors[0]))
