import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import ndcg_score, roc_auc_score

from indexer import decide
from indexer.embed import Embedder
from indexer.evaluate import Asked, auroc, decision_figures, evaluate, figures, ranking_figures, wilson
from indexer.query import Index
from kb.documents import Document
from kb.imports.beir import Beir, Query
from kb.products import Product


def asked(
    *gains: int,
    ideal: tuple[int, ...] = (1,),
    probability: float = 0.5,
    action: str = "ask",
    language: str = "en",
) -> Asked:
    """Describe a question: the gains of its hits, and those of the best possible list."""
    query = Query("q", "text", language, None, None, {"language": language})
    return Asked(query, bool(ideal), gains, ideal, probability, action, 0.01)


def test_ranking_figures_as_by_hand():
    rows = [
        asked(1, 0, 0),
        asked(0, 1, 0),
        asked(0, 0, 0, 1),
        asked(0, 0, 0, 0),
        asked(1, 2, ideal=(2, 1)),
    ]
    ndcg = [1, 1 / math.log2(3), 1 / math.log2(5), 0, (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))]
    assert ranking_figures(rows) == {
        "hit@1": 0.4,
        "hit@3": 0.6,
        "hit@5": 0.8,
        "mrr@10": round((1 + 1 / 2 + 1 / 4 + 0 + 1) / 5, 4),
        "ndcg@10": round(sum(ndcg) / 5, 4),
    }


def test_gain_is_that_of_scikit_learn():
    gains = (0, 2, 1, 0, 0, 1, 0, 0, 3, 0)
    row = asked(*gains, ideal=tuple(sorted((g for g in gains if g), reverse=True)))
    found = ndcg_score([gains], [list(range(10, 0, -1))])
    assert ranking_figures([row])["ndcg@10"] == pytest.approx(found, abs=1e-4)


def test_what_lies_deeper_than_ten_does_not_count():
    assert ranking_figures([asked(*[0] * 10, 1)]) == dict.fromkeys(
        ("hit@1", "hit@3", "hit@5", "mrr@10", "ndcg@10"), 0.0
    )


@given(rows=st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=40))
def test_auroc_is_that_of_scikit_learn(rows: list[tuple[int, bool]]):
    scores = np.array([score / 8 for score, _ in rows])
    positive = np.array([right for _, right in rows])
    if positive.all() or not positive.any():
        assert auroc(scores, positive) is None
    else:
        assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores), abs=1e-4)


@pytest.mark.parametrize(("right", "count"), [(5, 10), (73, 81), (0, 20), (20, 20), (1, 3)])
def test_wilson_intervals_are_those_of_scipy(right: int, count: int):
    expected = binomtest(right, count).proportion_ci(method="wilson")
    assert wilson(right / count, count) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_nothing_is_known_of_a_rate_that_was_never_counted():
    assert wilson(0.0, 0) == (0.0, 1.0)


def test_decision_figures_as_by_hand():
    rows = [
        asked(1, probability=0.9, action="answer"),
        asked(1, probability=0.8, action="answer"),
        asked(0, probability=0.7, action="answer"),
        asked(1, probability=0.4),
        asked(0, ideal=(), probability=0.6, action="answer"),
        asked(0, ideal=(), probability=0.2, action="escalate"),
        asked(0, ideal=(), probability=0.1, action="escalate"),
        asked(ideal=(), probability=0.0, action="escalate"),
    ]
    assert decision_figures(rows) == {
        "auroc_answerable": round(15 / 16, 4),
        "auroc_solved": round(13 / 15, 4),
        "abstained_at_5": 0.75,
        "coverage": 0.5,
        "wrong_answer_rate": 0.5,
    }


def test_a_figure_that_nothing_tells_is_none():
    none = figures([], 0.0)
    assert (none["queries"], none["hit@1"], none["auroc_answerable"], none["coverage"]) == (
        0,
        None,
        None,
        None,
    )
    answerable = decision_figures([asked(1)])
    assert (answerable["abstained_at_5"], answerable["wrong_answer_rate"]) == (None, None)


def test_figures_by_language_count_the_answerable():
    rows = [asked(1), asked(0, 1), asked(1, language="de"), asked(0, ideal=(), language="fr")]
    found = figures(rows, 1.5)
    assert (found["queries"], found["answerable"]) == (4, 3)
    assert list(found["by"]) == ["language"]
    assert {name: (by["queries"], by["hit@1"]) for name, by in found["by"]["language"].items()} == {
        "de": (1, 1.0),
        "en": (2, 0.5),
    }
    assert found["seconds"] == {"index": 1.5, "search_p50": 0.01, "search_p95": 0.01}


def test_a_set_is_measured_from_end_to_end(
    documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
):
    def ask(id_: str, text: str, country: str | None = None) -> Query:
        return Query(id_, text, None, country, None, {"country": country} if country else {})

    queries = [
        ask("1", "the light on my Windrel stays on", "GB"),
        ask("2", "the light on my Windrel stays on", "US"),
        ask("3", "get the invoice again"),
        ask("4", "😀"),
        ask("5", "may I bring my dog to the office?"),
    ]
    qrels = {
        "1": {"dryer-light": 1},
        "2": {"purifier-light": 1},
        "3": {"refund-by-hand": 1},
        "4": {"invoice": 1},
    }
    steps: list[tuple[str, int, int]] = []
    found = evaluate(
        "small", Beir("small", list(documents), queries, qrels), catalogue, embedder, decide.load(0.1),
        lambda *step: steps.append(step),
    )  # fmt: skip
    assert (found["dataset"], found["documents"], found["solutions"]) == ("small", 9, 6)
    assert (found["queries"], found["answerable"]) == (5, 4)
    assert found["hit@1"] == found["hit@5"] == 0.5  # what employees see is not found, an emoji finds nothing
    assert found["by"]["country"]["GB"]["hit@1"] == found["by"]["country"]["US"]["hit@1"] == 1.0
    assert steps[-1] == ("asking", 5, 5)
    assert found["seconds"]["search_p95"] >= found["seconds"]["search_p50"] > 0
    assert json.loads(json.dumps(found)) == found


def test_the_figures_are_those_of_the_index(
    index: Index, documents: tuple[Document, ...], embedder: Embedder
):
    """The same question, asked of the index by hand and by the measurement."""
    text = "water stays in the Brumela 300"
    hits = [hit.id for hit in index.search(text, limit=10).hits]
    rank = hits.index("pump5-drain") + 1
    query = Query("1", text, None, None, None, {})
    beir = Beir("one", list(documents), [query], {"1": {"pump5-drain": 1}})
    found = evaluate("one", beir, index.catalogue, embedder, decide.load(0.1))
    assert rank == 2
    assert found["mrr@10"] == 0.5
