"""How long one changed solution takes until a new index is published."""

import statistics
import sys
from dataclasses import dataclass

from bench import processes
from bench.building import publish
from bench.spread import timed
from bench.subject import Installation
from indexer.embed import Embedder
from kb import db, solutions

# What the command needs before it can begin.
START = (
    "from service import cli; from indexer.embed import open_embedder; from kb import db, settings; "
    "own = settings.load(); db.migrate(db.open_engine(own)); open_embedder(own)"
)


@dataclass(frozen=True, slots=True)
class Reindexing:
    """Seconds, medians: the whole command, a process that only starts, and the work inside a process."""

    command: float
    start: float
    inside: float

    @property
    def beyond(self) -> float:
        return self.command - self.start


def measure(installation: Installation, embedder: Embedder, repeats: int) -> Reindexing:
    """Change one solution after the other, and index after each; the installation has an index already."""
    settings = installation.settings
    command, start, inside = [], [], []
    for number in range(repeats):
        start.append(processes.seconds(settings, sys.executable, "-c", START))
        _change(installation, 2 * number)
        command.append(processes.seconds(settings, *processes.PRECEDENT, "index"))
        _change(installation, 2 * number + 1)
        inside.append(timed(publish, installation, embedder))
    return Reindexing(*map(statistics.median, (command, start, inside)))


def _change(installation: Installation, number: int) -> None:
    """Add a sentence to one solution."""
    document = installation.documents[number % len(installation.documents)]
    engine = db.open_engine(installation.settings)
    with db.transaction(db.sessions(engine)) as session:
        known = solutions.get(session, document.id, document.language, frozenset({document.visibility}))
        body = f"{known.body}\n\nThis was looked through once more, for the {number + 1}. time."
        text = solutions.NewText(known.id, known.language, known.title, body, visibility=known.visibility)
        solutions.put(session, [text], kind=known.kind, actor="bench", why="a change to be indexed")
    engine.dispose()
