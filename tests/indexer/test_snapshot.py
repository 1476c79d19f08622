import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from indexer import snapshot
from indexer.corpus import Corpus, make_corpus
from indexer.embed import Embedder
from indexer.rows import entries
from kb.documents import Document
from kb.errors import NoIndex, WrongEmbedder
from kb.products import NameBook

EMBEDDER = "some-embedder"
OURS = ("CURRENT", ".lock")


def publish(root: Path, corpus: Corpus, watermark: int = 1) -> str:
    return snapshot.publish(root, corpus, EMBEDDER, watermark)


def contents(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


def turn_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.fixture
def two(tmp_path: Path, corpus: Corpus) -> tuple[str, str]:
    """Publish twice; the watermarks are 1 and 2."""
    return publish(tmp_path, corpus, 1), publish(tmp_path, corpus, 2)


def test_what_is_loaded_is_what_was_published(tmp_path: Path, corpus: Corpus, embedder: Embedder):
    id_ = publish(tmp_path, corpus, 42)
    loaded = snapshot.load(tmp_path)
    assert (loaded.id, loaded.embedder, loaded.watermark) == (id_, EMBEDDER, 42)
    assert loaded.corpus.documents == corpus.documents
    assert loaded.corpus.catalogue == corpus.catalogue
    for name in ("ids", "owners", "digests", "vectors"):
        assert np.array_equal(getattr(loaded.corpus.segment, name), getattr(corpus.segment, name))
    assert loaded.corpus.segment.marks == corpus.segment.marks
    query = embedder.queries(["the drum is full of water"])[0]
    assert loaded.corpus.dense.search(query).ids.tolist() == corpus.dense.search(query).ids.tolist()
    scores = loaded.corpus.lexical.search("lint filter").scores
    assert np.array_equal(scores, corpus.lexical.search("lint filter").scores)
    assert scores.any()


def test_the_manifest_tells_counts_and_hashes(tmp_path: Path, corpus: Corpus):
    id_ = publish(tmp_path, corpus, 42)
    folder = tmp_path / id_
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == files - {"manifest.json", "manifest.sha256"}
    counts = [manifest[name] for name in ("documents", "passages", "dimension", "watermark")]
    assert counts == [len(corpus.documents), len(corpus.ids), 768, 42]
    assert (manifest["embedder"], manifest["id"]) == (EMBEDDER, id_)
    assert contents(tmp_path) == {id_, *OURS}
    assert snapshot.current(tmp_path) == id_


def test_an_empty_corpus_can_be_published(tmp_path: Path, embedder: Embedder):
    publish(tmp_path, make_corpus([], (), embedder))
    assert snapshot.load(tmp_path).corpus.documents == ()


def test_only_the_last_two_are_kept_however_fast_they_come(tmp_path: Path, corpus: Corpus):
    published = [publish(tmp_path, corpus, mark) for mark in range(8)]
    assert published == sorted(published)
    assert contents(tmp_path) == {*published[-2:], *OURS}
    assert snapshot.load(tmp_path).watermark == 7


def clock(year: int) -> type[datetime]:
    """Give a clock that stands still."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(year, 11, 22, tzinfo=tz)

    return Stopped


def test_what_was_published_last_is_kept_when_the_clock_was_set_back(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    published = []
    for year in (2026, 2026, 1999, 1998):
        monkeypatch.setattr(snapshot, "datetime", clock(year))
        published.append(publish(tmp_path, corpus, len(published)))
    assert published == sorted(published)
    assert contents(tmp_path) == {*published[-2:], *OURS}
    (tmp_path / "CURRENT").unlink()
    assert snapshot.load(tmp_path).id == published[-1]


@pytest.mark.parametrize(
    "name",
    [
        "base/vectors.npy",
        "base/documents.jsonl",
        "base/dense.faiss",
        "base/lexical/data.csc.index.npy",
        "delta/gone.json",
        "delta/digests.npy",
        "products.jsonl",
    ],
)
def test_the_previous_one_serves_when_a_file_is_damaged(tmp_path: Path, two: tuple[str, str], name: str):
    old, new = two
    turn_a_bit(tmp_path / new / name)
    with capture_logs() as logs:
        assert snapshot.load(tmp_path).id == old
    told = {"event": "snapshot refused", "snapshot": new, "reason": f"{name} is damaged"}
    assert [told.items() <= entry.items() for entry in logs] == [True]


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"format": 1, "files": {}}', "null"])
def test_the_previous_one_serves_when_the_manifest_is_nothing_to_read(
    tmp_path: Path, two: tuple[str, str], manifest: str
):
    (tmp_path / two[1] / "manifest.json").write_text(manifest, encoding="utf-8")
    seal = hashlib.sha256(manifest.encode()).hexdigest()
    (tmp_path / two[1] / "manifest.sha256").write_text(seal, encoding="utf-8")
    assert snapshot.load(tmp_path).id == two[0]


def test_the_previous_one_serves_when_a_file_is_missing(tmp_path: Path, two: tuple[str, str]):
    (tmp_path / two[1] / "base" / "ids.npy").unlink()
    assert snapshot.load(tmp_path).id == two[0]


@pytest.mark.parametrize("named", [None, "", "00000000-dead\n", "\n", "../elsewhere", "/tmp"])
def test_the_newest_one_serves_when_none_is_named(tmp_path: Path, two: tuple[str, str], named: str | None):
    if named is None:
        (tmp_path / "CURRENT").unlink()
    else:
        (tmp_path / "CURRENT").write_text(named, encoding="utf-8")
    assert snapshot.load(tmp_path).id == two[1]


def test_the_named_one_serves_even_if_a_newer_one_lies_there(tmp_path: Path, two: tuple[str, str]):
    (tmp_path / "CURRENT").write_text(two[0], encoding="utf-8")
    assert snapshot.load(tmp_path).id == two[0]


def test_without_any_intact_one_there_is_no_index(tmp_path: Path, two: tuple[str, str]):
    for id_ in two:
        turn_a_bit(tmp_path / id_ / "base" / "owners.npy")
    with pytest.raises(
        NoIndex, match=r"can be used \(\d{8}-\w+: base/owners\.npy is damaged\)\. Run “precedent ind"
    ):
        snapshot.load(tmp_path)
    (tmp_path / "empty").mkdir()
    for root in (tmp_path / "empty", tmp_path / "missing"):
        with pytest.raises(NoIndex, match="There is no index to search in yet: run “precedent index”"):
            snapshot.load(root)
    assert snapshot.current(tmp_path / "missing") is None


def test_what_a_killed_process_left_is_removed_and_never_loaded(tmp_path: Path, corpus: Corpus):
    made = publish(tmp_path / "elsewhere", corpus)
    shutil.move(tmp_path / "elsewhere" / made, tmp_path / ".99999999-dead.partial")
    with pytest.raises(NoIndex):
        snapshot.load(tmp_path / "var")
    assert snapshot.current(tmp_path) is None
    id_ = publish(tmp_path, corpus)
    assert contents(tmp_path) == {id_, *OURS, "elsewhere"}


def test_a_failed_write_leaves_the_live_one_as_it_was(tmp_path: Path, corpus: Corpus):
    class Full:
        """A lexical index on a full disk."""

        def save(self, folder: Path) -> None:
            raise OSError(28, "No space left on device")

    id_ = publish(tmp_path, corpus, 1)
    with pytest.raises(OSError, match="No space left"):
        publish(tmp_path, replace(corpus, segment=replace(corpus.segment, lexical=Full())), 2)
    assert contents(tmp_path) == {id_, *OURS}
    assert snapshot.load(tmp_path).watermark == 1


def test_those_who_publish_at_once_wait_for_each_other(tmp_path: Path, corpus: Corpus):
    with ThreadPoolExecutor(4) as pool:
        published = list(pool.map(lambda mark: publish(tmp_path, corpus, mark), range(8)))
    assert contents(tmp_path) == {*sorted(published)[-2:], *OURS}
    assert snapshot.load(tmp_path).id == max(published)


def test_folders_of_others_are_left_alone(tmp_path: Path, corpus: Corpus):
    (tmp_path / "backup").mkdir()
    published = [publish(tmp_path, corpus) for _ in range(3)]
    assert contents(tmp_path) == {*published[1:], *OURS, "backup"}


def test_one_of_another_embedder_is_passed_over(tmp_path: Path, corpus: Corpus):
    ours = publish(tmp_path, corpus)
    snapshot.publish(tmp_path, corpus, "another", 2)
    assert snapshot.load(tmp_path).embedder == "another"
    assert snapshot.load(tmp_path, EMBEDDER).id == ours


def test_only_those_of_another_embedder_are_refused_with_what_to_do(tmp_path: Path, corpus: Corpus):
    publish(tmp_path, corpus)
    with pytest.raises(WrongEmbedder, match="made with the embedder “some-embedder”, and “mine” is set"):
        snapshot.load(tmp_path, "mine")


def changed(corpus: Corpus, embedder: Embedder) -> Corpus:
    """Withdraw a document, replace one and add one."""
    first, second = corpus.documents[:2]
    new = Document("new", "en", (), "The lid squeaks", "Oil the hinge.", ("my lid makes a noise",))
    other = replace(first, text="Turn the white knob.", phrasings=("water stays in the drum after the wash",))
    found = entries([new, other], NameBook(corpus.catalogue))
    return corpus.amended(corpus.catalogue, found, [(second.id, second.language)], embedder)


def test_what_changed_is_kept_beside_the_base(tmp_path: Path, corpus: Corpus, embedder: Embedder):
    publish(tmp_path, corpus)
    loaded = snapshot.load(tmp_path).corpus
    amended = changed(loaded, embedder)
    id_ = publish(tmp_path, amended, 2)
    again = snapshot.load(tmp_path)
    assert (again.id, again.watermark) == (id_, 2)
    assert again.corpus.documents == amended.documents
    assert np.array_equal(again.corpus.ids, amended.ids)
    assert np.array_equal(again.corpus.owners, amended.owners)
    for query in ("the hinge squeaks", "water in the drum", "Flusensieb"):
        vector = embedder.queries([query])[0]
        assert again.corpus.neighbours(vector).ids.tolist() == amended.neighbours(vector).ids.tolist()
        assert np.array_equal(again.corpus.words(query).scores, amended.words(query).scores)


def test_the_base_is_copied_so_that_damage_to_one_leaves_the_other(
    tmp_path: Path, corpus: Corpus, embedder: Embedder
):
    old = publish(tmp_path, corpus)
    new = publish(tmp_path, changed(snapshot.load(tmp_path).corpus, embedder), 2)
    turn_a_bit(tmp_path / new / "base" / "vectors.npy")
    assert snapshot.load(tmp_path).id == old


def test_a_base_whose_files_are_gone_is_written_from_memory(
    tmp_path: Path, corpus: Corpus, embedder: Embedder
):
    old = publish(tmp_path, corpus)
    loaded = snapshot.load(tmp_path).corpus
    shutil.rmtree(tmp_path / old)
    publish(tmp_path, changed(loaded, embedder), 2)
    assert snapshot.load(tmp_path).corpus.documents == changed(loaded, embedder).documents


def test_a_snapshot_that_is_removed_while_it_is_read_gives_way_to_the_next(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    publish(tmp_path, corpus, 1)
    read, calls = snapshot._read, []

    def slow(folder: Path, embedder: str | None) -> snapshot.Snapshot:
        if not calls:
            calls.append(folder)
            for mark in (2, 3, 4):
                publish(tmp_path, corpus, mark)
        return read(folder, embedder)

    monkeypatch.setattr(snapshot, "_read", slow)
    assert snapshot.load(tmp_path).watermark == 4
