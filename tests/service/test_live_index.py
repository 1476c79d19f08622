"""The index that is searched follows the one that is published."""

import time

import pytest

from indexer.embed import Embedder, Vectors
from kb import db, solutions
from kb.errors import NoIndex, Unavailable
from kb.settings import Settings
from service import live_index
from service.live_index import LiveIndex

ASK = {"country": None, "language": None, "limit": 3, "may_see": frozenset({"public"})}


class Faulty:
    """The real embedder, until it is broken."""

    def __init__(self, real: Embedder) -> None:
        self.real, self.id, self.dimension, self.broken = real, real.id, real.dimension, False

    def queries(self, texts: list[str]) -> Vectors:
        if self.broken:
            raise RuntimeError("the engine has died")
        return self.real.queries(texts)

    def passages(self, texts: list[str], progress: object = None) -> Vectors:
        return self.real.passages(texts)


def ids(index: LiveIndex, text: str) -> list[str]:
    return [hit.id for hit in index.search(text, **ASK).hits]


def test_it_searches_what_is_published(company_settings: Settings, embedder: Embedder):
    index = LiveIndex(company_settings, embedder)
    index.open()
    assert index.state().missing is None
    assert index.state().size == 12
    assert ids(index, "my car will not turn over on frosty mornings")[0] == "cold-start"


def test_without_an_index_it_says_what_to_do(tmp_path):
    index = LiveIndex(Settings(data_dir=tmp_path))
    index.open()
    assert "precedent index" in str(index.state().missing)
    with pytest.raises(NoIndex, match="precedent index"):
        index.search("anything", **ASK)
    assert index.suggest("any", country=None, language=None, limit=5, may_see=frozenset({"public"})) == ()


def test_an_index_of_another_embedder_is_refused(company_settings: Settings, embedder: Embedder):
    other = Faulty(embedder)
    other.id = "another"
    index = LiveIndex(company_settings, other)
    index.open()
    assert "embedder" in str(index.state().missing)


def test_an_index_that_is_damaged_does_not_stop_the_service(company_settings: Settings, embedder: Embedder):
    folder = next(path for path in company_settings.index_dir.iterdir() if path.is_dir())
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"\x00")
    index = LiveIndex(company_settings, embedder)
    index.open()
    assert index.state().missing is not None
    with pytest.raises(Unavailable):
        index.search("anything", **ASK)


def test_when_the_embedder_dies_words_are_still_searched(company_settings: Settings, embedder: Embedder):
    faulty = Faulty(embedder)
    index = LiveIndex(company_settings, faulty)
    index.open()
    faulty.broken = True
    result = index.search("descaling the coffee machine", **ASK)
    assert result.degraded
    assert result.hits[0].id == "descale"


def test_a_newly_published_index_is_searched_within_two_seconds(
    company_settings: Settings, embedder: Embedder, publish
):
    index = LiveIndex(company_settings, embedder)
    index.open()
    before = index.state().snapshot
    engine = db.open_engine(company_settings)
    with db.transaction(db.sessions(engine)) as session:
        new = solutions.NewText("fog-lamp", "en", "The fog lamp flickers", "Tighten the screw.", ("SUV",))
        solutions.put(session, [new], kind="article", actor="tests", why="new")
    publish(company_settings, db.sessions(engine), embedder)
    engine.dispose()
    ends = time.monotonic() + 2 * live_index.LOOK_SECONDS + 2
    while index.state().snapshot == before and time.monotonic() < ends:
        time.sleep(0.05)
    assert ids(index, "flickering fog lamp")[0] == "fog-lamp"


def test_a_first_index_is_found_without_a_restart(company_settings: Settings, embedder: Embedder):
    pointer = company_settings.index_dir / "CURRENT"
    name = pointer.read_text()
    hidden = company_settings.index_dir.rename(company_settings.data_dir / "hidden")
    index = LiveIndex(company_settings, embedder)
    index.open()
    assert index.state().snapshot is None
    hidden.rename(company_settings.index_dir)
    time.sleep(live_index.LOOK_SECONDS)
    assert index.state().snapshot == name.strip()
    assert index.state().size == 12
