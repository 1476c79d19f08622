"""How long an index takes to build, beside nothing but encoding its passages."""

from dataclasses import dataclass

from bench.spread import timed
from bench.subject import Installation
from indexer.build import build
from indexer.embed import Embedder
from kb import db, documents


@dataclass(frozen=True, slots=True)
class Building:
    """Seconds from the database to a published index, and seconds that encoding the same texts takes."""

    passages: int
    seconds: float
    encoding: float

    @property
    def rate(self) -> float:
        return self.passages / self.seconds

    @property
    def encoding_rate(self) -> float:
        return self.passages / self.encoding

    @property
    def ratio(self) -> float:
        return self.encoding / self.seconds


def measure(installation: Installation, embedder: Embedder) -> Building:
    """Build the first index of an installation.

    Half of the texts are encoded before and the other half after it, because other programs on the machine
    may take more of it at one time than at another.
    """
    texts = installation.passages
    encoding = timed(embedder.passages, texts[::2])
    seconds = timed(publish, installation, embedder)
    encoding += timed(embedder.passages, texts[1::2])
    return Building(len(texts), seconds, encoding)


def publish(installation: Installation, embedder: Embedder) -> None:
    """Do what `precedent index` does once its embedder is open."""
    settings = installation.settings
    engine = db.open_engine(settings)
    with db.reading(db.sessions(engine)) as session:
        mark, found = documents.watermark(session), list(documents.documents(session))
        catalogue = documents.catalogue(session)
    engine.dispose()
    build(found, catalogue, mark, embedder, settings.index_dir)
