"""What is indexed together and kept on disk as one, and what changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.dense import DenseIndex
from indexer.embed import Embedder, Vectors
from indexer.learned import Learned
from indexer.lexical import LexicalIndex
from indexer.nearest import Ids
from indexer.rows import DIGEST_BYTES, Entry, Key
from indexer.vectorise import Keep, Progress, vectorise
from kb.documents import Document

Digests = npt.NDArray[np.uint8]
Owners = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents that were indexed together, and their passages in all legs.

    `documents` come without phrasings, `marks` tell their content. Row r of the passages has id `ids[r]`
    (sorted), stands in `documents[owners[r]]`, its text has digest `digests[r]` and vector `vectors[r]`.
    `home` is the folder that it was read from, with the SHA-256 of every file.
    """

    documents: tuple[Document, ...]
    marks: tuple[bytes, ...]
    ids: Ids
    owners: Owners
    digests: Digests
    vectors: Vectors
    dense: DenseIndex
    lexical: LexicalIndex
    learned: Learned
    home: tuple[Path, Mapping[str, str]] | None = None

    @property
    def solutions(self) -> tuple[str, ...]:
        """Return the ids of the solutions, in the order of what was learned of them."""
        return solutions(self.documents)

    def keys(self) -> list[Key]:
        """Return id and language of each document."""
        return [(document.id, document.language) for document in self.documents]

    def marks_by_key(self) -> dict[Key, bytes]:
        """Return the mark of each document."""
        return dict(zip(self.keys(), self.marks, strict=True))

    def vectors_by_digest(self) -> dict[bytes, Vectors]:
        """Return the vectors by the digest of their text, so that only changed text is embedded again."""
        digests = np.ascontiguousarray(self.digests).tobytes()
        ends = range(DIGEST_BYTES, len(digests) + 1, DIGEST_BYTES)
        return {digests[end - DIGEST_BYTES : end]: each for end, each in zip(ends, self.vectors, strict=True)}


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed since a segment was made: new documents, those `gone` or replaced, vectors by digest."""

    entries: tuple[Entry, ...] = ()
    gone: frozenset[Key] = frozenset()
    vectors: Mapping[bytes, Vectors] = field(default_factory=dict)


def make_segment(
    made: Sequence[Entry],
    embedder: Embedder,
    known: Mapping[bytes, Vectors],
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Segment:
    """Embed and index documents; vectors of `known` texts are taken over, new ones given to `keep`."""
    owners = {row.id: owner for owner, entry in enumerate(made) for row in entry.rows}
    rows = sorted({row.id: row for entry in made for row in entry.rows}.values(), key=lambda row: row.id)
    vectors = vectorise(rows, embedder, known, keep, progress)
    ids = np.array([row.id for row in rows], dtype=np.int64)
    documents = tuple(entry.document for entry in made)
    of_row = np.array([owners[row.id] for row in rows], dtype=np.int32)
    return Segment(
        documents=documents,
        marks=tuple(entry.mark for entry in made),
        ids=ids,
        owners=of_row,
        digests=np.frombuffer(b"".join(row.digest for row in rows), np.uint8).reshape(-1, DIGEST_BYTES),
        vectors=vectors,
        dense=DenseIndex.build(ids, vectors, embedder.parts),
        lexical=LexicalIndex.build([row.text for row in rows]),
        learned=_learn(documents, of_row, vectors),
    )


def solutions(documents: Sequence[Document]) -> tuple[str, ...]:
    """Return the ids of all solutions among documents, sorted."""
    return tuple(sorted({document.id for document in documents}))


def _learn(documents: Sequence[Document], owners: Owners, vectors: Vectors) -> Learned:
    ids = solutions(documents)
    numbers = {id_: number for number, id_ in enumerate(ids)}
    of_document = np.array([numbers[document.id] for document in documents], dtype=np.int64)
    return Learned.fit(vectors, of_document[owners] if len(owners) else np.empty(0, np.int64), len(ids))
