from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from indexer.journal import NAME, Journal

DIGESTS = [bytes([number]) * 16 for number in range(3)]
VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "index", "mine")
    journal.add(DIGESTS, VECTORS)
    return journal


def kept(journal: Journal) -> dict[bytes, list[float]]:
    return {digest: vector.tolist() for digest, vector in journal.known().items()}


def test_what_was_kept_is_known(journal: Journal):
    assert kept(journal) == dict(zip(DIGESTS, VECTORS.tolist(), strict=True))


def test_each_embedder_has_its_own(journal: Journal, tmp_path: Path):
    other = Journal(tmp_path / "index", "other")
    assert kept(other) == {}
    other.add(DIGESTS[:1], VECTORS[2:])
    assert kept(other) == {DIGESTS[0]: VECTORS[2].tolist()}
    assert len(kept(journal)) == 3


def test_a_second_time_replaces_the_first(journal: Journal):
    journal.add(DIGESTS[1:2], -VECTORS[1:2])
    assert kept(journal)[DIGESTS[1]] == (-VECTORS[1]).tolist()


def test_nothing_is_known_without_a_file_and_after_it_was_cleared(journal: Journal, tmp_path: Path):
    assert kept(Journal(tmp_path / "nowhere", "mine")) == {}
    journal.clear()
    journal.clear()
    assert kept(journal) == {}


def test_a_vector_whose_bits_turned_is_as_good_as_missing(journal: Journal, tmp_path: Path):
    file = tmp_path / "index" / NAME
    content = file.read_bytes()
    at = content.index(VECTORS[1].tobytes())
    file.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    with capture_logs() as logs:
        assert set(kept(journal)) == {DIGESTS[0], DIGESTS[2]}
    assert [(entry["event"], entry["texts"]) for entry in logs] == [("embedded texts are damaged", 1)]


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look at" * 100])
def test_a_file_that_is_no_journal_is_made_anew(journal: Journal, tmp_path: Path, content: bytes):
    (tmp_path / "index" / NAME).write_bytes(content)
    assert kept(journal) == {}
    journal.add(DIGESTS[:1], VECTORS[:1])
    assert kept(journal) == {DIGESTS[0]: VECTORS[0].tolist()}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "index").write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"exists|directory"):
        Journal(tmp_path / "index", "mine").add(DIGESTS, VECTORS)
    (tmp_path / NAME).mkdir()
    with pytest.raises(OSError, match="unable to open database file"):
        Journal(tmp_path, "mine").add(DIGESTS, VECTORS)
