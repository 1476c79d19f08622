from pathlib import Path

import numpy as np
import pytest

from indexer.dense import BACKGROUND, CENTRE, DEPTH, DenseIndex
from indexer.embed import Embedder
from indexer.nearest import EXACT_UP_TO
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
    nothing = np.empty(0, dtype=np.int64), np.empty((0, 24), dtype=np.float32)
    DenseIndex.build(*nothing).save(tmp_path)
    loaded = DenseIndex.load(tmp_path, *nothing)
    assert (loaded.size, loaded.search(unit(1)[0]).ids.tolist()) == (0, [])


def test_what_is_loaded_answers_as_what_was_saved(tmp_path: Path):
    index, query = DenseIndex.build(numbers(300), unit(300)), unit(1, seed=8)[0]
    index.save(tmp_path)
    before, after = index.search(query), DenseIndex.load(tmp_path, numbers(300), unit(300)).search(query)
    assert before.ids.tolist() == after.ids.tolist()
    assert np.array_equal(before.cosines, after.cosines)
    assert (before.mean, before.deviation) == (after.mean, after.deviation)


def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path):
    DenseIndex.build(numbers(30), unit(30)).save(tmp_path)
    file = tmp_path / "dense.faiss"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(Unavailable, match=r"dense\.faiss cannot be read"):
        DenseIndex.load(tmp_path, numbers(30), unit(30))


def hidden_and_added(index: DenseIndex, ids: np.ndarray, gone: np.ndarray, new: np.ndarray) -> DenseIndex:
    return index.changed(ids[gone], np.arange(1, len(new) + 1), new)


@pytest.mark.parametrize("size", [700, EXACT_UP_TO + 500])
def test_what_changed_stands_among_the_neighbours_as_if_it_had_always_been_there(size: int):
    ids, vectors, new = numbers(size), unit(size), unit(40, seed=11)
    index = DenseIndex.build(ids, vectors)
    gone = np.random.default_rng(5).choice(size, size // 20, replace=False)
    changed = hidden_and_added(index, ids, gone, new)
    assert changed.size == size - size // 20 + 40
    centre = CENTRE * vectors.mean(axis=0)
    stays = np.setdiff1d(np.arange(size), gone)
    all_ids = np.concatenate([ids[stays], np.arange(1, 41)])
    moved = np.concatenate([vectors[stays], new]) - centre
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    for query in (*unit(10, seed=9), *new[:5]):
        asked = (query - centre) / np.linalg.norm(query - centre)
        expected = moved @ asked
        found = changed.search(query)
        assert len(found.ids) == DEPTH
        assert found.ids[:10].tolist() == all_ids[np.argsort(-expected)[:10]].tolist()
        assert np.all(np.diff(found.cosines) <= 0)
    assert (
        index.search(unit(1)[0]).ids.tolist()
        == DenseIndex.build(ids, vectors).search(unit(1)[0]).ids.tolist()
    )


def test_a_change_is_told_against_the_fixed_index_not_the_last_change():
    ids, vectors = numbers(50), unit(50)
    index = DenseIndex.build(ids, vectors)
    once = hidden_and_added(index, ids, np.array([3]), unit(2, seed=2))
    back = once.changed(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 24), np.float32))
    assert back.search(vectors[3]).ids.tolist() == index.search(vectors[3]).ids.tolist()
    assert once.search(vectors[3]).ids[0] != ids[3]


def test_with_everything_hidden_only_what_was_added_is_found():
    ids, vectors = numbers(20), unit(20)
    changed = hidden_and_added(DenseIndex.build(ids, vectors), ids, np.arange(20), unit(2, seed=2))
    assert sorted(changed.search(vectors[0]).ids.tolist()) == [1, 2]


def test_each_part_of_a_vector_is_centred_for_itself_and_keeps_its_length():
    first, second = unit(40), unit(40, seed=9)
    vectors = np.concatenate([0.8 * first, 0.6 * second], axis=1)
    index = DenseIndex.build(numbers(40), vectors, parts=(24, 24))
    asked = np.concatenate([unit(1, seed=5)[0], np.zeros(24, dtype=np.float32)])  # of the second part unknown
    alone = DenseIndex.build(numbers(40), first)
    found, expected = index.search(asked), alone.search(asked[:24])
    assert found.ids.tolist() == expected.ids.tolist()
    assert found.cosines.tolist() == pytest.approx((0.8 * expected.cosines).tolist(), abs=1e-5)
