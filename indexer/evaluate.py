"""Measure search and decision on questions whose answers are known."""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from indexer.corpus import make_corpus
from indexer.decide import Decider
from indexer.embed import Embedder
from indexer.query import Index
from indexer.results import SearchResult
from indexer.vectorise import Progress
from kb.errors import Invalid
from kb.imports.beir import Beir, Query
from kb.products import Product

DEPTH = 10  # hits looked at
ESCALATED_ANSWERABLE = 0.05  # abstained_at_5 is read where this share of the answerable is escalated
GROUPS = ("language", "country", "kind")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the gain of each hit in order, the best possible gains, and the decision."""

    query: Query
    answerable: bool
    gains: tuple[int, ...]
    ideal: tuple[int, ...]
    probability: float
    action: str
    seconds: float

    @property
    def solved(self) -> bool:
        return bool(self.gains) and self.gains[0] > 0


def evaluate(
    name: str,
    beir: Beir,
    catalogue: tuple[Product, ...],
    embedder: Embedder,
    decider: Decider,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Index the documents of `beir`, ask all its questions, and return the figures (see `figures`)."""
    begun = time.perf_counter()
    index = Index(make_corpus(beir.documents, catalogue, embedder, progress=progress), embedder, decider)
    indexed = time.perf_counter() - begun
    asked = []
    for number, query in enumerate(beir.queries, start=1):
        asked.append(ask(index, query, beir.qrels.get(query.id, {})))
        if progress:
            progress("asking", number, len(beir.queries))
    rows = sum(1 + len(document.phrasings) for document in beir.documents)
    return {"dataset": name, "documents": rows, "solutions": index.size} | figures(asked, indexed)


def ask(index: Index, query: Query, relevant: Mapping[str, int]) -> Asked:
    """Ask one question as the caller that its metadata describes."""
    begun = time.perf_counter()
    result = _search(index, query)
    seconds = time.perf_counter() - begun
    hits = result.hits if result else ()
    return Asked(
        query=query,
        answerable=any(gain > 0 for gain in relevant.values()),
        gains=tuple(relevant.get(hit.id, 0) for hit in hits),
        ideal=tuple(sorted((gain for gain in relevant.values() if gain > 0), reverse=True)),
        probability=result.decision.probability if result else 0.0,
        action=result.decision.action if result else "escalate",
        seconds=seconds,
    )


def _search(index: Index, query: Query) -> SearchResult | None:
    try:
        return index.search(query.text, country=query.country, language=query.language, limit=DEPTH)
    except Invalid:  # a question without a word is one that the customer is asked to put again
        return None


def figures(asked: Sequence[Asked], indexed: float) -> dict[str, Any]:
    """Return the measures of DESIGN.md 10; ranking measures are over the answerable questions."""
    answerable = [one for one in asked if one.answerable]
    times = [one.seconds * 1000 for one in asked] or [0.0]
    return {
        "queries": len(asked),
        "answerable": len(answerable),
        **ranking_figures(answerable),
        "by": {group: by for group in GROUPS if (by := _by(answerable, group))},
        **decision_figures(asked),
        "seconds": {
            "index": round(indexed, 2),
            "search_p50": round(float(np.percentile(times, 50)) / 1000, 5),
            "search_p95": round(float(np.percentile(times, 95)) / 1000, 5),
        },
    }


def ranking_figures(asked: Sequence[Asked]) -> dict[str, float | None]:
    """Return hit rates, mean reciprocal rank and normalised gain; None where nothing was asked."""
    measures: dict[str, Callable[[Asked], float]] = {
        "hit@1": lambda one: any(one.gains[:1]),
        "hit@3": lambda one: any(one.gains[:3]),
        "hit@5": lambda one: any(one.gains[:5]),
        "mrr@10": lambda one: next((1 / rank for rank, gain in enumerate(one.gains[:DEPTH], 1) if gain), 0.0),
        "ndcg@10": lambda one: _gain(one.gains) / _gain(one.ideal),
    }
    return {name: _mean([measure(one) for one in asked]) for name, measure in measures.items()}


def decision_figures(asked: Sequence[Asked]) -> dict[str, float | None]:
    """Return how well the probability tells the answerable and the solved apart, and what is answered."""
    probability = np.array([one.probability for one in asked])
    answerable = np.array([one.answerable for one in asked], dtype=bool)
    solved = np.array([one.solved for one in asked], dtype=bool)
    answered = [one for one in asked if one.action == "answer"]
    return {
        "auroc_answerable": auroc(probability, answerable),
        "auroc_solved": auroc(probability, solved),
        "abstained_at_5": abstained(probability, answerable),
        "coverage": _mean([float(one.action == "answer") for one in asked]),
        "wrong_answer_rate": _mean([float(not one.solved) for one in answered]),
    }


def auroc(scores: Floats, positive: npt.NDArray[np.bool_]) -> float | None:
    """Return the probability that a positive outranks a negative, ties half (Mann and Whitney 1947)."""
    ones = int(positive.sum())
    zeros = len(positive) - ones
    if not ones or not zeros:
        return None
    ranks = rankdata(scores)
    return round(float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros)), 4)


def wilson(rate: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    centre = (rate + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, centre - half), min(1.0, centre + half)


def _gain(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:DEPTH], 1))


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def abstained(probability: Floats, answerable: npt.NDArray[np.bool_]) -> float | None:
    """Return the share of the unanswerable below the 5 % quantile of the answerable."""
    if answerable.all() or not answerable.any():
        return None
    limit = np.quantile(probability[answerable], ESCALATED_ANSWERABLE)
    return round(float((probability[~answerable] < limit).mean()), 4)


def _by(asked: Sequence[Asked], group: str) -> dict[str, dict[str, float | int | None]]:
    parts: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        if value := one.query.metadata.get(group):
            parts[str(value)].append(one)
    return {value: {"queries": len(part), **ranking_figures(part)} for value, part in sorted(parts.items())}
