"""Whatever happens to the files of an index, an intact one serves, and the log says what was refused."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from indexer import snapshot
from indexer.embed import Embedder
from indexer.query import open_index
from kb.settings import Settings
from tests.proof import company
from tests.proof.counts import Counts

LATER = 50_000  # the solution that only the later index holds


@dataclass(frozen=True)
class Two:
    """An index and the one before it."""

    root: Path
    old: str
    new: str

    def file(self, random: Random) -> Path:
        """Choose a file of the later index that holds something."""
        files = [path for path in (self.root / self.new).rglob("*") if path.is_file() and path.stat().st_size]
        return random.choice(sorted(files))


@pytest.fixture
def two(
    company_settings: Settings,
    company_sessions: sessionmaker[Session],
    embedder: Embedder,
    publish: Callable[[Settings, sessionmaker[Session], Embedder], str],
) -> Two:
    """Publish a second index, with one solution more."""
    old = snapshot.current(company_settings.index_dir)
    company.put(company_sessions, [LATER])
    return Two(company_settings.index_dir, str(old), publish(company_settings, company_sessions, embedder))


def truncate(two: Two, random: Random) -> str:
    file = two.file(random)
    content = file.read_bytes()
    file.write_bytes(content[: random.randrange(len(content))])
    return two.old


def flip_a_bit(two: Two, random: Random) -> str:
    file = two.file(random)
    content = bytearray(file.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    file.write_bytes(content)
    return two.old


def delete(two: Two, random: Random) -> str:
    file = two.file(random)
    if random.random() < 0.5 or file.parent == two.root / two.new:
        file.unlink()
    else:
        shutil.rmtree(file.parent)
    return two.old


def name_nonsense(two: Two, random: Random) -> str:
    nonsense = "".join(chr(random.randrange(128)) for _ in range(random.randrange(1, 40)))
    (two.root / snapshot.CURRENT).write_text(f"{nonsense}x", encoding="utf-8")
    return two.new


def name_one_that_is_gone(two: Two, random: Random) -> str:
    (two.root / snapshot.CURRENT).write_text(f"{random.randrange(10**8):08d}-dead\n", encoding="utf-8")
    return two.new


def publish_with_another_embedder(two: Two, random: Random) -> str:
    corpus = snapshot.load(two.root).corpus
    snapshot.publish(two.root, corpus, f"another-{random.randrange(10)}", random.randrange(1000))
    return two.new


DAMAGES = (truncate, flip_a_bit, delete, name_nonsense, name_one_that_is_gone, publish_with_another_embedder)


def test_an_intact_index_serves_whatever_was_damaged(
    two: Two,
    embedder: Embedder,
    tmp_path: Path,
    counts: Counts,
    random: Random,
    figures: Callable[[str], None],
):
    done: Counter[str] = Counter()
    for round_ in range(counts.damages):
        damage = DAMAGES[round_ % len(DAMAGES)]
        settings = Settings(data_dir=tmp_path / f"round-{round_}")
        copy = Two(settings.index_dir, two.old, two.new)
        shutil.copytree(two.root, copy.root)
        wanted = damage(copy, random)
        with capture_logs() as logs:
            index = open_index(settings, embedder)
        told = f"round {round_}, {damage.__name__}: {logs}"
        assert index.snapshot_id == wanted, told
        assert [entry["event"] for entry in logs] == ["snapshot refused"], told
        assert index.search(company.question(7)).hits[0].id == company.id_of(7), told
        later = index.search(company.question(LATER)).hits[0].id
        assert (later == company.id_of(LATER)) == (wanted == two.new), told
        done[damage.__name__.replace("_", " ")] += 1
        shutil.rmtree(settings.data_dir)
    figures(
        f"{counts.damages} damages, an intact index served and the log told each time: "
        + ", ".join(f"{name} {count}" for name, count in done.items())
    )


def test_a_bit_that_turns_in_the_pointer_stops_nobody(two: Two, embedder: Embedder):
    pointer = two.root / snapshot.CURRENT
    content = bytearray(pointer.read_bytes())
    content[3] ^= 0x80
    pointer.write_bytes(content)
    assert snapshot.load(two.root, embedder.id).id == two.new


def test_a_bit_that_turns_in_the_manifest_is_noticed(two: Two, embedder: Embedder):
    mark = snapshot.load(two.root).watermark
    manifest = two.root / two.new / snapshot.MANIFEST
    said = manifest.read_text(encoding="utf-8")
    turned = said.replace(f'"watermark": {mark}', f'"watermark": {mark ^ 4}')
    assert turned != said
    manifest.write_text(turned, encoding="utf-8")
    assert snapshot.load(two.root, embedder.id).id == two.old
