"""Synthetic vectors and the kinds of index on them."""

import numpy as np
import pytest

from bench import nearest
from indexer.embed import Embedder
from indexer.nearest import EXACT_UP_TO


def test_the_same_vectors_come_each_time_and_texts_of_a_solution_are_near() -> None:
    vectors, queries = nearest.synthetic(2000, 384, 10)
    again, _ = nearest.synthetic(2000, 384, 10)
    assert np.array_equal(vectors, again)
    assert (vectors.shape, queries.shape) == ((2000, 384), (10, 384))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    solutions = len(vectors) // nearest.PER_SOLUTION
    assert vectors[0] @ vectors[solutions] > vectors[0] @ vectors[1] + 0.05


def test_exact_search_finds_all_and_the_chosen_kind_nearly_all() -> None:
    exact, dense = nearest.measure(500, 384, queries=20)
    assert (exact.kind, exact.recall) == ("exact", 1.0)
    assert (dense.kind, dense.recall) == ("dense leg, exact", 1.0)
    found = nearest.measure(EXACT_UP_TO + 1, 384, ("graph",), queries=20, scattered=True)
    assert [figures.kind for figures in found] == ["exact", "graph", "dense leg, graph"]
    assert min(figures.recall for figures in found) > 0.95
    assert all(figures.build >= 0 and figures.megabytes > 0 and figures.one.p50 > 0 for figures in found)


def test_the_command_takes_the_dimension_of_the_embedder_and_says_it(
    embedder: Embedder, capsys: pytest.CaptureFixture[str]
) -> None:
    nearest.main(["300"])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{embedder.dimension} dimensions, as many as the embedder has"
    exact = nearest.measure(300, embedder.dimension, queries=5)[0]
    assert f"{exact.megabytes:.0f} MB" in said[1]
    assert 300 * embedder.dimension * 4 <= exact.megabytes * 1e6 < 310 * embedder.dimension * 4
