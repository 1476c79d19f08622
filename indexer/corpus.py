"""Everything that one index knows of its documents, in memory; `snapshot` keeps it on disk."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.chunks import Passage, passages
from indexer.dense import DenseIndex, Ids
from indexer.embed import Embedder, Vectors
from indexer.lexical import LexicalIndex
from kb.documents import Document
from kb.products import NameBook, Product

DIGEST_BYTES = 16
Digests = npt.NDArray[np.uint8]
Progress = Callable[[str, int, int], None]  # what is being done, how much of it, out of how much


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents and their passages in both legs.

    `documents` come without phrasings. Row r of the passages has id `ids[r]` (sorted), stands in
    `documents[owners[r]]`, and its text has the digest `digests[r]` and the vector `vectors[r]`.
    """

    documents: tuple[Document, ...]
    catalogue: tuple[Product, ...]
    ids: Ids
    owners: npt.NDArray[np.int32]
    digests: Digests
    vectors: Vectors
    dense: DenseIndex
    lexical: LexicalIndex

    def known_vectors(self) -> dict[bytes, Vectors]:
        """Return the vectors by the digest of their text, so that only changed text is embedded again."""
        return {digest.tobytes(): vector for digest, vector in zip(self.digests, self.vectors, strict=True)}


@dataclass(frozen=True, slots=True)
class Row:
    """One passage as it is matched: with canonical product names, a piece of the body after the title."""

    id: int
    digest: bytes
    text: str


def make_corpus(
    documents: Iterable[Document],
    catalogue: tuple[Product, ...],
    embedder: Embedder,
    known: Mapping[bytes, Vectors] | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """Cut, embed and index `documents`; vectors of `known` texts are taken over."""
    book = NameBook(catalogue)
    kept: list[Document] = []
    rows: dict[int, Row] = {}
    owners: dict[int, int] = {}
    for document in documents:
        for passage in passages(document):
            row = passage_row(document, passage, book)
            rows[row.id] = row
            owners[row.id] = len(kept)
        kept.append(replace(document, phrasings=()))
    ordered = [rows[id_] for id_ in sorted(rows)]
    vectors = _embed(ordered, embedder, known or {}, progress)
    ids = np.array([row.id for row in ordered], dtype=np.int64)
    return Corpus(
        documents=tuple(kept),
        catalogue=catalogue,
        ids=ids,
        owners=np.array([owners[row.id] for row in ordered], dtype=np.int32),
        digests=np.frombuffer(b"".join(row.digest for row in ordered), np.uint8).reshape(-1, DIGEST_BYTES),
        vectors=vectors,
        dense=DenseIndex.build(ids, vectors),
        lexical=LexicalIndex.build([row.text for row in ordered]),
    )


def passage_row(document: Document, passage: Passage, book: NameBook) -> Row:
    """Return what is matched of a passage; the same text in the same place has the same id for ever."""
    text = _titled(document, passage)
    names = book.find(text, language=document.language, among=document.products)
    text = book.canonical(text, names)
    return Row(_passage_id(document, passage, text), _digest(text), text)


def _titled(document: Document, passage: Passage) -> str:
    return f"{document.title}. {passage.text}" if passage.kind == "body" and document.title else passage.text


def _passage_id(document: Document, passage: Passage, text: str) -> int:
    """Return 63 bits of a hash of the place and the text."""
    parts = "\x00".join((document.id, document.language, passage.kind, text))
    return int.from_bytes(hashlib.sha256(parts.encode()).digest()[:8], "big") >> 1


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def _embed(
    rows: list[Row], embedder: Embedder, known: Mapping[bytes, Vectors], progress: Progress | None
) -> Vectors:
    vectors = np.empty((len(rows), embedder.dimension), dtype=np.float32)
    fresh: dict[bytes, list[int]] = {}
    for number, row in enumerate(rows):
        if row.digest in known:
            vectors[number] = known[row.digest]
        else:
            fresh.setdefault(row.digest, []).append(number)
    texts = [rows[numbers[0]].text for numbers in fresh.values()]
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress("embedding", done, len(texts))

    for numbers, vector in zip(fresh.values(), embedder.passages(texts, step), strict=True):
        vectors[numbers] = vector
    return vectors
