"""Documents to a published snapshot; text that the last snapshot knows is not embedded again."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from indexer import snapshot
from indexer.corpus import Progress, make_corpus
from indexer.embed import Embedder, Vectors
from kb.documents import Document
from kb.errors import NoIndex, Unavailable
from kb.products import Product


def build(
    documents: Iterable[Document],
    catalogue: tuple[Product, ...],
    watermark: int,
    embedder: Embedder,
    root: Path,
    progress: Progress | None = None,
) -> str:
    """Build an index of `documents` under `root`, publish it and return the snapshot's id."""
    corpus = make_corpus(documents, catalogue, embedder, _known_vectors(root, embedder.id), progress)
    try:
        return snapshot.publish(root, corpus, embedder.id, watermark)
    except OSError as error:
        raise Unavailable(
            f"The index cannot be written to {root}: {error.strerror or error}. "
            "The previous one, if any, still serves."
        ) from error


def _known_vectors(root: Path, embedder: str) -> Mapping[bytes, Vectors]:
    try:
        last = snapshot.load(root)
    except NoIndex:
        return {}
    return last.corpus.known_vectors() if last.embedder == embedder else {}
