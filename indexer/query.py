"""Search one index: a typed problem in, ranked and decided solutions out."""

from dataclasses import dataclass
from typing import Literal

from kb.products import ProductMatch

Action = Literal["answer", "ask", "escalate"]


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
class Decision:
    """What to do with the hits; `probability` that the first one solves the problem."""

    action: Action
    probability: float
    threshold: float
    certified: bool


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one query. `cut`: the query was longer than the cap and was shortened."""

    query: str
    language: str | None
    products: tuple[ProductMatch, ...]
    decision: Decision
    hits: tuple[Hit, ...]
    degraded: str | None
    cut: bool
    snapshot: str
    embedder: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title offered while the customer types."""

    id: str
    language: str
    title: str
