"""Documents to a published snapshot; text that was embedded before is not embedded again."""

from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock

from indexer import snapshot
from indexer.corpus import Corpus, compose, make_corpus, roomy
from indexer.embed import Embedder, Vectors
from indexer.journal import Journal
from indexer.rows import entries, mark
from indexer.segment import Delta
from indexer.vectorise import Progress
from kb.documents import Document
from kb.errors import NoIndex, Unavailable
from kb.products import NameBook, Product


def build(
    documents: Iterable[Document],
    catalogue: tuple[Product, ...],
    watermark: int,
    embedder: Embedder,
    root: Path,
    progress: Progress | None = None,
) -> str:
    """Build an index of `documents` under `root`, publish it and return the snapshot's id.

    Where little changed, the last snapshot is kept with a delta beside it. Whatever ends the process, what
    was embedded until then is not embedded again by the next one.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".build.lock"):  # of two that build at once, the second has little left to do
            journal = Journal(root, embedder.id)
            corpus = _corpus(tuple(documents), catalogue, embedder, root, journal, progress)
            id_ = snapshot.publish(root, corpus, embedder.id, watermark)
            journal.clear()
            return id_
    except OSError as error:
        raise Unavailable(
            f"The index cannot be written to {root}: {error.strerror or error}. "
            "The previous one, if any, still serves."
        ) from error


def _corpus(
    documents: tuple[Document, ...],
    catalogue: tuple[Product, ...],
    embedder: Embedder,
    root: Path,
    journal: Journal,
    progress: Progress | None,
) -> Corpus:
    try:
        last = snapshot.load(root, embedder.id).corpus
    except (NoIndex, Unavailable):
        return make_corpus(documents, catalogue, embedder, journal.known(), progress, journal.add)
    known = last.known_vectors() | journal.known()
    if last.catalogue == catalogue:
        amended = _amended(last, documents, embedder, known, journal, progress)
        if amended:
            return amended
    return make_corpus(documents, catalogue, embedder, known, progress, journal.add)


def _amended(
    last: Corpus,
    documents: tuple[Document, ...],
    embedder: Embedder,
    known: dict[bytes, Vectors],
    journal: Journal,
    progress: Progress | None,
) -> Corpus | None:
    """Return the last index with what differs from its segment beside it; None when that is too much."""
    segment = last.segment
    marks = segment.marks_by_key()
    changed = [d for d in documents if marks.get((d.id, d.language)) != mark(d)]
    gone = marks.keys() - {(d.id, d.language) for d in documents}
    found = entries(changed, NameBook(last.catalogue))
    if not roomy(segment, sum(len(entry.rows) for entry in found), len(gone)):
        return None
    bare = compose(segment, last.catalogue, Delta())
    return bare.amended(last.catalogue, found, gone, embedder, known, journal.add, progress)
