import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer import snapshot, vectorise
from indexer.build import build
from indexer.corpus import LEAST
from indexer.embed import Embedder
from indexer.segment import Delta
from kb.documents import Document
from kb.errors import Unavailable
from kb.products import Product

Watch = Callable[[], Embedder]


def test_a_built_index_is_published_with_its_watermark(
    tmp_path: Path, documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
):
    id_ = build(documents, catalogue, 17, embedder, tmp_path)
    loaded = snapshot.load(tmp_path)
    assert (loaded.id, loaded.watermark, loaded.embedder) == (id_, 17, embedder.id)
    assert [document.id for document in loaded.corpus.documents] == [document.id for document in documents]
    assert loaded.corpus.catalogue == catalogue


def test_unchanged_text_is_not_embedded_again(
    tmp_path: Path, documents: tuple[Document, ...], catalogue: tuple[Product, ...], watched: Watch
):
    first, second, third = watched(), watched(), watched()
    build(documents, catalogue, 1, first, tmp_path)
    assert len(first.seen) == 2 * len(documents) + 1
    build(documents, catalogue, 2, second, tmp_path)
    assert second.seen == []
    changed = dataclasses.replace(documents[5], text="Ask at the counter.")
    build([*documents[:5], changed, *documents[6:]], catalogue, 3, third, tmp_path)
    assert third.seen == [f"{changed.title}. Ask at the counter."]
    assert snapshot.load(tmp_path).watermark == 3


def test_vectors_are_the_same_whether_embedded_anew_or_taken_over(
    tmp_path: Path, documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
):
    build(documents[:3], catalogue[:1], 1, embedder, tmp_path / "grown")
    build(documents, catalogue, 2, embedder, tmp_path / "grown")
    build(documents, catalogue, 2, embedder, tmp_path / "fresh")
    grown, fresh = (snapshot.load(tmp_path / name).corpus for name in ("grown", "fresh"))
    assert np.array_equal(grown.ids, fresh.ids)
    assert np.array_equal(grown.segment.vectors, fresh.segment.vectors)


def test_a_small_change_leaves_the_base_as_it_is_and_a_large_one_makes_it_anew(
    tmp_path: Path, documents: tuple[Document, ...], embedder: Embedder
):
    build(documents[:3], (), 1, embedder, tmp_path)
    build(documents, (), 2, embedder, tmp_path)
    small = snapshot.load(tmp_path).corpus
    assert small.segment.documents == tuple(dataclasses.replace(d, phrasings=()) for d in documents[:3])
    assert [entry.document.id for entry in small.delta.entries] == [d.id for d in documents[3:]]
    many = [Document(f"many-{n}", "en", (), f"Question {n}", "") for n in range(LEAST + 1)]
    build([*documents, *many], (), 3, embedder, tmp_path)
    large = snapshot.load(tmp_path).corpus
    assert (large.delta.entries, len(large.segment.documents)) == ((), len(documents) + LEAST + 1)
    build(documents, (), 4, embedder, tmp_path)
    assert snapshot.load(tmp_path).corpus.delta == Delta()


def test_another_build_starts_from_the_base_and_not_from_the_last_change(
    tmp_path: Path, documents: tuple[Document, ...], watched: Watch
):
    build(documents[:4], (), 1, watched(), tmp_path)
    build(documents[:6], (), 2, watched(), tmp_path)
    again = watched()
    build((*documents[:3], documents[5]), (), 3, again, tmp_path)
    assert again.seen == []
    loaded = snapshot.load(tmp_path).corpus
    assert [(d.id, d.language) for d in loaded.documents] == [
        (d.id, d.language) for d in (*documents[:3], documents[5])
    ]
    assert loaded.delta.gone == {(documents[3].id, documents[3].language)}


def test_after_a_kill_nothing_is_embedded_twice(
    tmp_path: Path, documents: tuple[Document, ...], watched: Watch, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(vectorise, "STEP", 4)
    killed, again = watched(), watched()

    def kill(_what: str, done: int, _total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(documents, (), 1, killed, tmp_path, kill)
    build(documents, (), 1, again, tmp_path)
    assert len(again.seen) == 2 * len(documents) + 1 - 8  # two whole steps of four were kept
    assert not set(killed.seen[:8]) & set(again.seen)
    assert not (tmp_path / "embedded.db").exists()


def test_another_name_of_a_product_embeds_only_the_texts_that_say_it(
    tmp_path: Path, documents: tuple[Document, ...], catalogue: tuple[Product, ...], watched: Watch
):
    build(documents, catalogue, 1, watched(), tmp_path)
    renamed = (*catalogue[:2], dataclasses.replace(catalogue[2], name="Sorrelin 2"), catalogue[3])
    again = watched()
    build(documents, renamed, 2, again, tmp_path)
    assert again.seen == []  # no text says “Windrel”, and “Sorrel dryer” is no name any more
    spoken = dataclasses.replace(documents[3], phrasings=("orange lamp on my Windrel",))
    build([*documents, spoken], renamed, 3, again, tmp_path)
    assert again.seen == ["orange lamp on my Sorrelin 2"]


def test_vectors_of_another_embedder_are_not_taken_over(
    tmp_path: Path, documents: tuple[Document, ...], watched: Watch
):
    build(documents[:2], (), 1, watched(), tmp_path)
    other = watched()
    other.id = "another"
    build(documents[:2], (), 1, other, tmp_path)
    assert len(other.seen) == 5
    assert snapshot.load(tmp_path).embedder == "another"


def test_progress_counts_what_is_embedded(
    tmp_path: Path, documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
):
    steps: list[tuple[str, int, int]] = []
    build(documents[:1], catalogue, 1, embedder, tmp_path, lambda *step: steps.append(step))
    assert steps == [("embedding", 1, 3), ("embedding", 2, 3), ("embedding", 3, 3)]


def test_a_folder_that_cannot_be_written_is_said_with_the_reason(
    tmp_path: Path, documents: tuple[Document, ...], embedder: Embedder
):
    (tmp_path / "index").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(
        Unavailable, match=r"cannot be written to .*index: .+ The previous one, if any, still"
    ):
        build(documents[:1], (), 1, embedder, tmp_path / "index")


def test_an_embedder_that_fails_leaves_the_live_index_alone(
    tmp_path: Path, documents: tuple[Document, ...], embedder: Embedder, broken: Embedder
):
    id_ = build(documents[:2], (), 1, embedder, tmp_path)
    with pytest.raises(RuntimeError, match="out of memory"):
        build(documents, (), 2, broken, tmp_path)
    assert snapshot.load(tmp_path).id == id_
