"""Everything that one index knows of its documents, in memory; `snapshot` keeps it on disk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.dense import DenseIndex, Neighbours
from indexer.embed import Embedder, Vectors
from indexer.lexical import LexicalIndex, LexicalScores
from indexer.nearest import Ids
from indexer.rows import Entry, Key, Row, entries
from indexer.segment import Delta, Owners, Segment, make_segment
from indexer.vectorise import Keep, Progress, vectorise
from kb.documents import Document
from kb.products import Product, name_book

# Beyond a tenth of the index (or so many passages) its statistics speak of another corpus: make it anew.
SHARE, LEAST = 0.1, 50


@dataclass(frozen=True, slots=True)
class Corpus:
    """A segment and what changed since, as one list of passages: row r has id `ids[r]` (sorted) and stands
    in `documents[owners[r]]`. Nothing changes after it is made: a change is a new object that shares the
    segment.
    """

    documents: tuple[Document, ...]
    catalogue: tuple[Product, ...]
    ids: Ids
    owners: Owners
    dense: DenseIndex
    lexical: LexicalIndex
    segment: Segment
    delta: Delta

    @property
    def roomy(self) -> bool:
        """Say whether what changed is small beside the segment; else it is time to index anew."""
        rows = sum(len(entry.rows) for entry in self.delta.entries)
        return roomy(self.segment, rows, len(self.delta.gone))

    @property
    def learned(self) -> tuple[str, ...]:
        """Return the ids of the solutions that the learned leg knows, in its order."""
        return self.segment.solutions if len(self.segment.learned.weights) else ()

    def neighbours(self, vector: Vectors) -> Neighbours:
        """Return the passages nearest to a unit vector of shape (dimension,)."""
        return replace(self.dense.search(vector), learned=self.segment.learned.deviations(vector))

    def cosines(self, vector: Vectors, others: Vectors) -> npt.NDArray[np.float32]:
        """Compare a unit vector with others, shape (n, dimension), as `neighbours` does with passages."""
        return self.dense.compare(vector, others)

    def words(self, text: str) -> LexicalScores:
        """Return the lexical score of every passage, in the order of `ids`."""
        return self.lexical.search(text)

    def amended(
        self,
        catalogue: tuple[Product, ...],
        changed: Iterable[Entry],
        gone: Iterable[Key],
        embedder: Embedder,
        known: Mapping[bytes, Vectors] | None = None,
        keep: Keep | None = None,
        progress: Progress | None = None,
    ) -> "Corpus":
        """Return this corpus with documents added or replaced and others withdrawn; earlier changes stay.

        Vectors are taken from the earlier changes and from `known`, the rest is embedded.
        """
        marks = self.segment.marks_by_key()
        standing = {entry.key: entry for entry in self.delta.entries}
        missing = set(self.delta.gone)
        for key in gone:
            standing.pop(key, None)
            missing.add(key)
        for entry in changed:
            standing[entry.key] = entry
            missing.add(entry.key)
        for key in [key for key, entry in standing.items() if marks.get(key) == entry.mark]:
            del standing[key]  # it is again as the segment knows it
            missing.discard(key)
        added = _added(self.segment, standing.values())
        vectors = vectorise(added, embedder, {**(known or {}), **self.delta.vectors}, keep, progress)
        by_digest = {row.digest: vector for row, vector in zip(added, vectors, strict=True)}
        delta = Delta(tuple(standing.values()), frozenset(missing & marks.keys()), by_digest)
        return compose(self.segment, catalogue, delta)

    def known_vectors(self) -> dict[bytes, Vectors]:
        """Return the vectors of segment and delta by the digest of their text."""
        return self.segment.vectors_by_digest() | dict(self.delta.vectors)


def make_corpus(
    documents: Iterable[Document],
    catalogue: tuple[Product, ...],
    embedder: Embedder,
    known: Mapping[bytes, Vectors] | None = None,
    progress: Progress | None = None,
    keep: Keep | None = None,
) -> Corpus:
    """Cut, embed and index `documents` as one segment."""
    made = entries(documents, name_book(catalogue))
    return compose(make_segment(made, embedder, known or {}, keep, progress), catalogue, Delta())


def roomy(segment: Segment, passages: int, gone: int) -> bool:
    """Say whether so many changed passages, and documents that went, are still few beside the segment."""
    most_gone = max(LEAST, SHARE * len(segment.documents))
    return passages <= max(LEAST, SHARE * len(segment.ids)) and gone <= most_gone


def compose(segment: Segment, catalogue: tuple[Product, ...], delta: Delta) -> "Corpus":
    """Return the corpus that a segment and its delta make together."""
    if not delta.entries and not delta.gone:
        legs = segment.dense, segment.lexical
        return Corpus(segment.documents, catalogue, segment.ids, segment.owners, *legs, segment, delta)
    standing = {entry.key: entry for entry in delta.entries}
    # What was replaced keeps its place, what is new stands at the end: ties are settled as they were.
    keys = segment.keys()
    documents = [standing[key].document if key in standing else d
                 for key, d in zip(keys, segment.documents, strict=True)
                 if key in standing or key not in delta.gone]  # fmt: skip
    known = set(keys)
    documents += [entry.document for key, entry in standing.items() if key not in known]
    numbers = {(document.id, document.language): i for i, document in enumerate(documents)}
    places = np.array([-1 if key in delta.gone else numbers[key] for key in keys], dtype=np.int32)
    owners = places[segment.owners] if len(keys) else segment.owners.copy()
    added = _added(segment, delta.entries)
    _keep_rows(segment, delta.entries, numbers, owners)
    owner_of = {row.id: numbers[entry.key] for entry in delta.entries for row in entry.rows}
    all_ids = np.concatenate([segment.ids, _ids(added)])
    all_owners = np.concatenate([owners, np.array([owner_of[row.id] for row in added], dtype=np.int32)])
    order = np.argsort(all_ids, kind="stable")
    order = order[all_owners[order] >= 0]
    vectors = np.array([delta.vectors[row.digest] for row in added], dtype=np.float32)
    return Corpus(
        documents=tuple(documents),
        catalogue=catalogue,
        ids=all_ids[order],
        owners=all_owners[order],
        dense=segment.dense.changed(
            segment.ids[owners < 0], _ids(added), vectors.reshape(len(added), segment.vectors.shape[1])
        ),
        lexical=segment.lexical.changed([row.text for row in added], order),
        segment=segment,
        delta=delta,
    )


def _added(segment: Segment, changed: Iterable[Entry]) -> list[Row]:
    """Return the passages of changed documents that the segment does not hold, each once."""
    rows = {row.id: row for entry in changed for row in entry.rows}
    held = np.isin(np.array(list(rows), dtype=np.int64), segment.ids)
    return [row for row, known in zip(rows.values(), held, strict=True) if not known]


def _keep_rows(
    segment: Segment, changed: Iterable[Entry], numbers: Mapping[Key, int], owners: np.ndarray
) -> None:
    """Let passages that a changed document still has stand: their text is the same, and so is their id."""
    for entry in changed:
        ids = _ids(entry.rows)
        rows = np.searchsorted(segment.ids, ids)
        found = rows < len(segment.ids)
        found[found] = segment.ids[rows[found]] == ids[found]
        owners[rows[found]] = numbers[entry.key]


def _ids(rows: Sequence[Row]) -> Ids:
    return np.array([row.id for row in rows], dtype=np.int64)
