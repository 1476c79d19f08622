"""What a search returns, and the words that go with a hit: its snippet and why it was found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from indexer.chunks import passages
from indexer.decide import Decision
from indexer.dense import Neighbours
from indexer.engine import Engine
from indexer.lexical import grams
from indexer.rows import passage_row
from kb.documents import Document
from kb.products import NameBook, ProductMatch

SNIPPET_LENGTH = 240  # characters: three lines on a phone
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")
_NEAR = 20  # neighbours that are near enough to be named as a reason
SAME_TITLE, SAME_TEXT, SAME_REPORT = (
    "its title comes close to this",
    "a part of it comes close to this",
    "another customer described something close to this",
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One solution as it is shown: in the reader's language where a translation exists."""

    id: str
    language: str
    title: str
    snippet: str
    score: float
    probability: float
    products: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one query.

    `shown_probability`: that one of the shown hits solves the problem. `cut`: the query was longer than
    the cap and was shortened. `degraded`: why the answer is poorer than usual, or None.
    """

    query: str
    language: str | None
    products: tuple[ProductMatch, ...]
    decision: Decision
    hits: tuple[Hit, ...]
    degraded: str | None
    cut: bool
    snapshot: str
    embedder: str
    shown_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title offered while the customer types."""

    id: str
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class Told:
    """The words beside a hit."""

    snippet: str
    why: tuple[str, ...]


class Teller:
    """Finds the words beside a hit; remembers the pieces of the documents shown most."""

    def __init__(self, engine: Engine, names: NameBook) -> None:
        self._engine = engine
        self._names = names
        self._numbers = {(d.id, d.language): i for i, d in enumerate(engine.documents)}
        self._pieces = lru_cache(maxsize=4096)(self._cut)

    def tell(
        self,
        document: Document,
        translations: Sequence[Document],
        text: str,
        products: Sequence[ProductMatch],
        neighbours: Neighbours | None,
    ) -> Told:
        """Return the snippet of `document` nearest to `text`, and why the solution was found."""
        pieces = self._pieces(document.id, document.language)
        near = self._near(translations, neighbours)
        body = [text_ for id_, kind, text_ in pieces if kind == "body" and id_ in near]
        chosen = (
            body[0] if body else next((text_ for _, kind, text_ in pieces if kind == "body"), document.title)
        )
        return Told(snippet(chosen, text), tuple(self._why(document, translations, products, near)))

    def _cut(self, id_: str, language: str) -> tuple[tuple[int, str, str], ...]:
        """Return (passage id, kind, text as written) of the title and the body."""
        document = self._engine.documents[self._numbers[id_, language]]
        rows = ((passage_row(document, piece, self._names).id, piece) for piece in passages(document))
        return tuple((row, piece.kind, piece.text) for row, piece in rows)

    def _near(self, translations: Sequence[Document], neighbours: Neighbours | None) -> list[int]:
        """Return the passages of this solution among the nearest, best first."""
        if neighbours is None:
            return []
        numbers = {self._numbers[d.id, d.language] for d in translations}
        ids = neighbours.ids[:_NEAR]
        owners = self._engine.owners[np.searchsorted(self._engine.ids, ids)]
        return [int(id_) for id_, owner in zip(ids, owners, strict=True) if int(owner) in numbers]

    def _why(
        self,
        document: Document,
        translations: Sequence[Document],
        products: Sequence[ProductMatch],
        near: list[int],
    ) -> list[str]:
        reasons = [f"it is about the {m.name}" for m in products if m.code in document.products][:1]
        if near:
            kinds = {id_: kind for d in translations for id_, kind, _ in self._pieces(d.id, d.language)}
            reasons.append({"title": SAME_TITLE, "body": SAME_TEXT}.get(kinds.get(near[0], ""), SAME_REPORT))
        return reasons or ["it uses the same words"]


@lru_cache(maxsize=16_384)
def _gram_set(text: str) -> frozenset[str]:
    return frozenset(grams(text))


def snippet(piece: str, text: str, length: int = SNIPPET_LENGTH) -> str:
    """Return at most `length` characters of `piece`, from the sentence that shares most with `text`."""
    asked = _gram_set(text)
    at = 0
    if len(piece) > length:
        cuts = [0, *(end.end() for end in _SENTENCE_END.finditer(piece)), len(piece)]
        starts = [start for start, end in pairwise(cuts) if piece[start:end].strip()] or [0]
        shared = [len(asked & _gram_set(piece[start:end])) for start, end in pairwise([*starts, len(piece)])]
        first = max(range(len(starts)), key=lambda i: (shared[i], -i))
        while first and len(piece) - starts[first] < length // 2:
            first -= 1
        at = starts[first]
    rest = piece[at:]
    if len(rest) > length:
        rest = (
            rest[: rest.rfind(" ", length // 2, length) if " " in rest[length // 2 : length] else length]
            + "…"
        )
    return ("… " if at else "") + rest
