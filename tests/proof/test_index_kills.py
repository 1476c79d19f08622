"""`precedent index` killed at any moment: an intact index serves, and nothing is embedded twice."""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from indexer import snapshot
from indexer.embed import Embedder
from indexer.journal import NAME, Journal
from indexer.snapshot import Snapshot
from indexer.vectorise import STEP
from kb import db, documents
from kb.documents import Document
from kb.settings import Settings
from tests.proof import company
from tests.proof.counts import FULL, Counts
from tests.proof.processes import Command, plan

EPOCH = 12  # rounds that begin with the same small index, so that late rounds cost no more than early ones
FIRST = 320  # new solutions in the first round: 640 texts are a full step of the journal and a rest
MORE = 30  # in each of the others: some become a delta, some make the index anew
PASSAGES = 2  # of each solution
SHARES = {"starting": 2, "embedding": 4, "publishing": 5}  # what the rounds after the first one aim at


@dataclass
class Spread:
    """Seconds that each phase takes on this machine; embedding: of one text."""

    starting: float
    embedding: float
    publishing: float

    def draw(self, random: Random, aim: str, texts: int) -> float:
        """Return a moment of a phase; so many texts are still to be embedded in it."""
        if aim in ("embedding", "kept"):
            return random.uniform(0, self.embedding * (texts - STEP if aim == "kept" else texts))
        return random.uniform(0, getattr(self, aim))


@dataclass
class Epoch:
    """One growing set of solutions, and what became of its indexes."""

    settings: Settings
    sessions: sessionmaker[Session]
    embedder: Embedder
    size: int
    published: dict[int, frozenset[Document]] = field(default_factory=dict)  # by watermark
    marked: dict[bytes, bytes] = field(default_factory=dict)  # vectors that a killed process has kept
    hits: Counter[str] = field(default_factory=Counter)

    @property
    def journal(self) -> Journal:
        return Journal(self.settings.index_dir, self.embedder.id)

    def grow(self, count: int) -> int:
        """Publish more solutions in the database, and return its watermark."""
        company.put(self.sessions, range(self.size, self.size + count))
        self.size += count
        return self.note()

    def note(self) -> int:
        """Remember what the database holds at its watermark, and return that."""
        with db.reading(self.sessions) as session:
            mark = documents.watermark(session)
            self.published[mark] = frozenset(documents.documents(session))
        return mark

    def begins(self, command: Command, aim: str) -> bool:
        """Say whether the phase that is aimed at has begun; kept: a first step of what is embedded."""
        root = self.settings.index_dir
        if aim == "kept":
            return (root / NAME).exists()
        locks = {"embedding": ".build.lock", "publishing": ".lock"}
        return aim == "starting" or command.holds(root / locks[aim])

    def phase(self, command: Command) -> str | None:
        """Say what a process that stands still is doing, by the locks that it holds; None: none of them."""
        root = self.settings.index_dir
        if command.holds(root / ".lock"):
            return "publishing"
        return "embedding" if command.holds(root / ".build.lock") else None

    def check(self) -> Snapshot:
        """Look at everything as the next process will find it, and return the index that serves."""
        with db.reading(self.sessions) as session:
            assert session.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
        with capture_logs() as logs:
            loaded = snapshot.load(self.settings.index_dir, self.embedder.id)
            kept = self.journal.known()
        assert logs == [], "an index or the journal is damaged"
        bare = frozenset(replace(each, phrasings=()) for each in self.published[loaded.watermark])
        assert frozenset(loaded.corpus.documents) == bare
        newest = len(bare) - 1
        assert company.first(loaded, self.embedder, [newest, newest // 2]) == [
            company.id_of(newest),
            company.id_of(newest // 2),
        ]
        self.recognise(loaded, kept)
        return loaded

    def recognise(self, loaded: Snapshot, kept: dict[bytes, np.ndarray]) -> None:
        """Find each vector that was kept before again, as it was marked: whoever embeds anew unmarks it."""
        known = loaded.corpus.known_vectors() | kept
        for digest, vector in self.marked.items():
            assert digest in known, "what was embedded before a kill is gone"
            assert known[digest].tobytes() == vector, "what was embedded before a kill was embedded again"
        # A process that was killed before it cleared the journal has published these vectors, without a mark.
        served = loaded.corpus.known_vectors().keys()
        fresh = {digest: _marked(kept[digest]) for digest in kept.keys() - self.marked.keys() - served}
        if fresh:
            self.journal.add(list(fresh), np.array(list(fresh.values())))
            self.marked |= {digest: vector.tobytes() for digest, vector in fresh.items()}

    def waiting(self, loaded: Snapshot) -> int:
        """Return how many texts the next process must embed."""
        known = loaded.corpus.known_vectors().keys() | self.journal.known().keys()
        return max(0, PASSAGES * self.size - len(known))


def _marked(vector: np.ndarray) -> np.ndarray:
    """Return a vector with the last bit of its first number turned: nobody else makes this one."""
    bits = vector.view(np.uint32).copy()
    bits[0] ^= 1
    return bits.view(np.float32)


@pytest.fixture
def epoch(company_settings: Settings, company_sessions: sessionmaker[Session], embedder: Embedder) -> Epoch:
    """Give a growing set of solutions; what the small company has is published."""
    epoch = Epoch(company_settings, company_sessions, embedder, 0)
    epoch.size = len(epoch.published[epoch.note()])
    return epoch


@pytest.fixture(scope="module")
def spread(small_company: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Spread:
    """Index undisturbed once, and take the times."""
    folder = tmp_path_factory.mktemp("spread")
    shutil.copytree(small_company, folder / "var")
    settings = Settings(data_dir=folder / "var")
    engine = db.open_engine(settings)
    company.put(db.sessions(engine), range(1000, 1000 + FIRST))
    engine.dispose()
    command, times = Command(settings, folder / "index.out", "index"), []
    for lock, held in ((".build.lock", True), (".lock", True), (".lock", False)):
        path = settings.index_dir / lock
        assert command.reaches(lambda path=path, held=held: command.holds(path) is held), command.complaints
        times.append(time.monotonic())
    assert command.wait() == 0, command.complaints
    embedding, publishing, over = times
    per_text = (publishing - embedding) / (FIRST * PASSAGES)
    return Spread(embedding - command.begun, per_text, over - publishing)


@pytest.mark.parametrize("number", range(FULL.index_kills // EPOCH))
def test_a_killed_index_leaves_an_intact_one(
    number: int,
    epoch: Epoch,
    spread: Spread,
    tmp_path: Path,
    counts: Counts,
    random: Random,
    figures: Callable[[str], None],
):
    if number * EPOCH >= counts.index_kills:
        pytest.skip("only in full")
    crossed = 0
    loaded = epoch.check()
    for round_, aim in enumerate(["kept", *plan(random, EPOCH - 1, SHARES)]):
        mark = epoch.grow(MORE if round_ else FIRST)
        texts = epoch.waiting(loaded)
        delay = spread.draw(random, aim, texts)
        command = Command(epoch.settings, tmp_path / "index.out", "index")
        command.reaches(lambda command=command, aim=aim: epoch.begins(command, aim))
        time.sleep(delay)
        command.stop()
        hit = epoch.phase(command)
        command.kill()
        before, loaded = loaded.watermark, epoch.check()
        assert loaded.watermark in (before, mark)
        crossed += loaded.watermark == mark
        hit = hit or ("after publishing" if loaded.watermark == mark else "starting")
        epoch.hits[hit] += 1
        if aim == "publishing" and hit == "after publishing":
            spread.publishing *= 0.7  # the machine was busier when it was measured: aim earlier
    last = Command(epoch.settings, tmp_path / "index.out", "index")
    assert last.wait() == 0, last.complaints
    loaded = epoch.check()
    assert loaded.watermark == mark
    every = list(range(epoch.size)) if counts.strict else random.sample(range(epoch.size), 50)
    assert company.first(loaded, epoch.embedder, every) == list(map(company.id_of, every))
    hits = ", ".join(f"{name} {count}" for name, count in sorted(epoch.hits.items()))
    figures(
        f"{EPOCH} kills of indexing (starting {spread.starting:.1f} s, embedding"
        f" {spread.embedding * 1000:.1f} ms a text, publishing {spread.publishing * 1000:.0f} ms): {hits};"
        f" {crossed} had published, 0 torn;"
        f" {len(epoch.marked)} of {PASSAGES * epoch.size} vectors outlived a kill, 0 embedded twice"
    )
    assert epoch.hits["embedding"] >= EPOCH // 8
    assert epoch.hits["publishing"] >= EPOCH // 8
