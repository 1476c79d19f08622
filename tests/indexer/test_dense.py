from pathlib import Path

import numpy as np
import pytest

from indexer.dense import BACKGROUND, CENTRE, DEPTH, DenseIndex
from indexer.embed import Embedder
from kb.errors import Unavailable


def unit(count: int, dimension: int = 24, seed: int = 3) -> np.ndarray:
    """Give random unit vectors that share a direction, as those of one corpus do."""
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)) + 1.0
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def numbers(count: int) -> np.ndarray:
    """Give ids as ours are: 63 bits, sorted."""
    return np.sort(np.random.default_rng(4).integers(0, 2**63 - 1, count))


def by_hand(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return all cosines after half of the mean was taken off."""
    centre = CENTRE * vectors.mean(axis=0)
    moved = [v / np.linalg.norm(v) for v in (*(vectors - centre), query - centre)]
    return np.array(moved[:-1]) @ moved[-1]


def test_neighbours_are_those_of_plain_arithmetic():
    ids, vectors = numbers(700), unit(700)
    index = DenseIndex.build(ids, vectors)
    for query in unit(20, seed=9):
        expected = by_hand(vectors, query)
        order = np.argsort(-expected)[:DEPTH]
        found = index.search(query)
        assert found.ids.tolist() == ids[order].tolist()
        assert np.allclose(found.cosines, expected[order], atol=1e-5)
        assert found.mean == pytest.approx(expected.mean(), abs=1e-5)
        assert found.deviation == pytest.approx(expected.std(), abs=1e-5)


def test_mean_and_deviation_come_from_a_sample_of_a_large_index():
    ids, vectors = numbers(2 * BACKGROUND + 5), unit(2 * BACKGROUND + 5)
    index, query = DenseIndex.build(ids, vectors), unit(1, seed=5)[0]
    found, whole = index.search(query), by_hand(vectors, query)
    assert found.mean == pytest.approx(whole.mean(), abs=0.02)
    assert found.deviation == pytest.approx(whole.std(), rel=0.1)
    assert index._background.shape[0] <= BACKGROUND


def test_meaning_is_found_across_languages(embedder: Embedder):
    texts = {
        "drain": "The washing machine does not pump out the water",
        "invoice": "Where to get a copy of an invoice",
        "wifi": "Connecting the robot to the wireless network",
        "noise": "The dryer makes a loud noise",
    }
    index = DenseIndex.build(np.arange(4), embedder.passages(list(texts.values())))
    names = list(texts)
    for query, first in (
        ("Wo finde ich meine Rechnung?", "invoice"),
        ("洗濯機の水が抜けません", "drain"),
        ("الروبوت لا يتصل بالواي فاي", "wifi"),
        ("मेरा ड्रायर बहुत शोर करता है", "noise"),
    ):
        assert names[index.search(embedder.queries([query])[0]).ids[0]] == first


def test_an_index_of_one_passage_finds_it():
    index = DenseIndex.build(np.array([2**62]), unit(1))
    found = index.search(unit(1)[0])
    assert (found.ids.tolist(), index.size) == ([2**62], 1)
    assert found.cosines[0] == pytest.approx(1.0, abs=1e-5)
    assert found.deviation == 0


def test_an_empty_index_can_be_built_and_kept(tmp_path: Path):
    DenseIndex.build(np.empty(0, dtype=np.int64), np.empty((0, 24), dtype=np.float32)).save(tmp_path)
    assert DenseIndex.load(tmp_path).size == 0


def test_what_is_loaded_answers_as_what_was_saved(tmp_path: Path):
    index, query = DenseIndex.build(numbers(300), unit(300)), unit(1, seed=8)[0]
    index.save(tmp_path)
    before, after = index.search(query), DenseIndex.load(tmp_path).search(query)
    assert before.ids.tolist() == after.ids.tolist()
    assert np.array_equal(before.cosines, after.cosines)
    assert (before.mean, before.deviation) == (after.mean, after.deviation)


def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path):
    DenseIndex.build(numbers(30), unit(30)).save(tmp_path)
    file = tmp_path / "dense.faiss"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(Unavailable, match=r"dense\.faiss cannot be read"):
        DenseIndex.load(tmp_path)
