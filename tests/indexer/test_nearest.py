from pathlib import Path

import numpy as np
import pytest

from indexer.nearest import EXACT_UP_TO, GRAPH_UP_TO, Nearest, kind_for
from kb.errors import Unavailable

KINDS = ("exact", "graph", "lists")


def solutions(count: int, dimension: int = 48, seed: int = 1) -> np.ndarray:
    """Give unit vectors in clusters, as many phrasings of one solution are."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(count // 60, dimension))
    vectors = centres[random.integers(0, len(centres), count)] + random.normal(0, 0.5, (count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return solutions(12_000)


@pytest.fixture(scope="module")
def ids() -> np.ndarray:
    return np.sort(np.random.default_rng(2).integers(0, 2**63 - 1, 12_000))


@pytest.fixture(scope="module", params=KINDS)
def nearest(request: pytest.FixtureRequest, ids: np.ndarray, vectors: np.ndarray) -> Nearest:
    return Nearest.build(ids, vectors, request.param)


def test_the_kind_follows_the_size():
    sizes = (0, EXACT_UP_TO, EXACT_UP_TO + 1, GRAPH_UP_TO, GRAPH_UP_TO + 1)
    assert [kind_for(size) for size in sizes] == ["exact", "exact", "graph", "graph", "lists"]


def test_every_kind_finds_what_plain_arithmetic_finds(nearest: Nearest, ids: np.ndarray, vectors: np.ndarray):
    asked = vectors[:200]
    found = nearest.search(asked, 200)[1]
    expected = ids[np.argsort(-(asked @ vectors.T), axis=1)[:, :10]]
    # Lists of 8-bit codes are compared once more by the full vectors, so that their first 200 count.
    among = found if nearest.approximate else found[:, :10]
    shared = [len(set(one) & set(other)) for one, other in zip(among, expected, strict=True)]
    assert np.mean(shared) / 10 >= 0.98


def test_hidden_ones_are_never_found_and_others_take_their_place(
    nearest: Nearest, ids: np.ndarray, vectors: np.ndarray
):
    best = nearest.search(vectors[:1], 30)[1][0]
    rest = nearest.search(vectors[:1], 20, np.sort(best[:10]))[1][0]
    assert rest.tolist() == best[10:].tolist()


def test_what_is_mapped_from_a_file_answers_the_same(nearest: Nearest, vectors: np.ndarray, tmp_path: Path):
    nearest.save(tmp_path / "index.faiss")
    mapped = Nearest.load(tmp_path / "index.faiss")
    assert (mapped.size, mapped.approximate) == (nearest.size, nearest.approximate)
    for one, other in zip(nearest.search(vectors[:5], 50), mapped.search(vectors[:5], 50), strict=True):
        assert np.array_equal(one, other)


def test_more_than_there_are_cannot_be_found(ids: np.ndarray, vectors: np.ndarray):
    few = Nearest.build(ids[:3], vectors[:3])
    assert few.search(vectors[:1], 10)[1].shape == (1, 3)
    assert few.search(vectors[:1], 10, ids[:3])[1].shape == (1, 0)


def test_a_file_that_cannot_be_written_or_read_is_said(ids: np.ndarray, vectors: np.ndarray, tmp_path: Path):
    with pytest.raises(OSError, match=r"FAISS cannot write missing\.faiss"):
        Nearest.build(ids[:3], vectors[:3]).save(tmp_path / "no" / "missing.faiss")
    (tmp_path / "torn.faiss").write_bytes(b"IxFI")
    with pytest.raises(Unavailable, match=r"torn\.faiss cannot be read"):
        Nearest.load(tmp_path / "torn.faiss")
