"""The index as it stood at each moment of the past: it grows in the order of time and never looks ahead."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from indexer.corpus import make_corpus
from indexer.decide import Decider
from indexer.embed import Embedder, Vectors
from indexer.query import Index
from indexer.replay.known import Solved
from indexer.rows import entries
from indexer.vectorise import Progress as Step
from indexer.vectorise import vectorise
from kb.documents import Document
from kb.products import Product, name_book
from kb.resolutions import language_of

# What was solved is taken in once it is so large a share of what is known. Each time costs 20 to 60 ms at
# 5,000 tickets: one by one a replay of 5,000 takes four minutes, by the hundredth part half a minute. Up to
# a hundred solved tickets each is found at once; beyond, the search lags by a hundredth, never ahead.
LAG = 0.01
# The statistics of words and vectors are made anew when the index has grown by so much, as in service.
RENEWED = 0.1
AT_ONCE = 256  # texts between two steps of the progress bar


class Growing:
    """Takes in what was solved, and gives the index of all that was taken in so far."""

    def __init__(
        self,
        catalogue: tuple[Product, ...],
        embedder: Embedder,
        decider: Decider,
        vectors: Mapping[bytes, Vectors],
    ) -> None:
        self._catalogue = catalogue
        self._embedder = embedder
        self._decider = decider
        self._vectors = vectors
        self._texts: dict[str, dict[str, Document]] = {}
        self._waiting: list[Solved] = []
        self._taken = 0
        self._fixed = 0
        self._index: Index | None = None

    def add(self, step: Solved) -> None:
        """Let it be found soon; it must be known by now."""
        self._waiting.append(step)

    def index(self) -> Index | None:
        """Return the index; None while nothing is known."""
        if len(self._waiting) > LAG * self._taken:
            self._take_in()
        return self._index

    def _take_in(self) -> None:
        changed = {step.key for step in self._waiting}
        for step in self._waiting:
            merge(self._texts, step)
        self._taken += len(self._waiting)
        self._waiting = []
        if self._index is None or self._taken > (1 + RENEWED) * self._fixed:
            found = [document for texts in self._texts.values() for document in texts.values()]
            corpus = make_corpus(found, self._catalogue, self._embedder, self._vectors)
            self._index, self._fixed = Index(corpus, self._embedder, self._decider), self._taken
        else:
            found = [document for key in sorted(changed) for document in self._texts[key].values()]
            self._index = self._index.changed(changed, found, self._catalogue, 0, self._vectors)


class _Asked:
    """An embedder whose queries were encoded beforehand; all else it leaves to the one that it stands for."""

    def __init__(self, embedder: Embedder, known: dict[str, Vectors]) -> None:
        self._embedder = embedder
        self._known = known

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def queries(self, texts: Sequence[str]) -> Vectors:
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            self._known.update(zip(fresh, self._embedder.queries(fresh), strict=True))
        return np.stack([self._known[text] for text in texts])


def encode_asked(embedder: Embedder, texts: Sequence[str], progress: Step | None) -> Embedder:
    """Return an embedder that knows the vectors of these queries: each distinct text once, on all threads."""
    known: dict[str, Vectors] = {}
    distinct = list(dict.fromkeys(texts))
    for start in range(0, len(distinct), AT_ONCE):
        part = distinct[start : start + AT_ONCE]
        known.update(zip(part, embedder.queries(part), strict=True))
        if progress:
            progress("encoding what was asked", start + len(part), len(distinct))
    return cast(Embedder, _Asked(embedder, known))


def encode_solved(
    steps: Sequence[Solved], catalogue: tuple[Product, ...], embedder: Embedder, progress: Step | None
) -> Mapping[bytes, Vectors]:
    """Return the vectors of all passages that will ever be searched, by the digest of their text."""
    texts: dict[str, dict[str, Document]] = {}
    for step in steps:
        merge(texts, step)
    found = [document for each in texts.values() for document in each.values()]
    rows = [row for entry in entries(found, name_book(catalogue)) for row in entry.rows]
    vectors = vectorise(rows, embedder, {}, None, progress)
    return {row.digest: vector for row, vector in zip(rows, vectors, strict=True)}


def merge(texts: dict[str, dict[str, Document]], step: Solved) -> None:
    """Add what was solved to its solution, by language, as an import does.

    The first ticket in a language gives the title, the first resolution the text, every one a phrasing.
    """
    languages = texts.setdefault(step.key, {})
    if step.article:
        article = step.article
        old = languages.get(article.language)
        phrasings = old.phrasings if old else ()
        languages[article.language] = Document(
            step.key, article.language, article.products, article.title, article.body, phrasings
        )
    elif ticket := step.ticket:
        language = language_of(ticket.language, ticket.text)
        old = languages.get(language)
        title = old.title if old else ticket.subject
        told = old.text if old and old.text != old.title else ticket.resolution
        products = old.products if old else ticket.products
        phrasings = (*(old.phrasings if old else ()), ticket.text)
        languages[language] = Document(
            step.key, language, products, title, told or title, tuple(dict.fromkeys(phrasings))
        )
