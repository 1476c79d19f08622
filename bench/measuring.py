"""Ask all questions of one set, and keep what is needed to judge them in several ways."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from indexer import calibrate, decide
from indexer.calibrate import Outcome
from indexer.corpus import make_corpus
from indexer.decide import Decider
from indexer.embed import Embedder
from indexer.fuse import NONE, Ranking, Weights
from indexer.query import Index
from kb.errors import Invalid
from kb.imports import Beir
from kb.products import Product

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Question:
    """A question that was asked: its result list, its features, and the numbers of the right solutions."""

    ranking: Ranking
    features: Floats
    probability: float
    answered: bool
    right: frozenset[int]
    answerable: bool
    language: str | None
    tf_idf: Floats

    def hit(self, scores: npt.NDArray[np.float32] | Floats, depth: int) -> bool:
        """Say whether one of the first `depth` solutions by these scores is right."""
        best = np.argsort(-scores, kind="stable")[:depth]
        return any(int(number) in self.right and scores[number] > NONE for number in best)


@dataclass(frozen=True)
class Asked:
    """All questions of one set, and the outcomes that a classifier is fitted on."""

    name: str
    passages: int
    questions: tuple[Question, ...]
    outcomes: tuple[Outcome, ...]

    @cached_property
    def answerable(self) -> Flags:
        return np.array([each.answerable for each in self.questions], dtype=bool)

    def hits(self, score: Callable[[Question], npt.NDArray[np.float32] | Floats], depth: int) -> Flags:
        """Return for each question whether one of its first `depth` solutions is right."""
        return np.array([each.hit(score(each), depth) for each in self.questions], dtype=bool)


# The ways to rank that are compared; each gives the scores of all solutions.
WAYS: dict[str, Callable[[Question], npt.NDArray[np.float32] | Floats]] = {
    "TF-IDF": lambda question: question.tf_idf,
    "BM25": lambda question: question.ranking.lexical,
    "dense": lambda question: question.ranking.dense,
    "all": lambda question: question.ranking.scores,
}


def weighed(weights: Weights) -> Callable[[Question], npt.NDArray[np.float32]]:
    """Return the way to rank that these weights make."""
    return lambda question: question.ranking.reweighed(weights)


def ask(beir: Beir, catalogue: tuple[Product, ...], embedder: Embedder, decider: Decider) -> Asked:
    """Index the documents and ask all questions; then ask them again with solutions taken out."""
    remembering = calibrate.Remembering(embedder)
    corpus = make_corpus(beir.documents, catalogue, remembering)
    index = Index(corpus, remembering, decider)
    numbers = {id_: number for number, id_ in enumerate(index.ids(range(index.size)))}
    tf_idf = _TfIdf(beir, numbers)
    questions = []
    for query in beir.queries:
        right = {id_ for id_, gain in beir.qrels.get(query.id, {}).items() if gain > 0}
        try:
            understood = index.understand(query.text, query.country, query.language)
        except Invalid:  # a question without a word is one that the customer is asked to put again
            continue
        ranking = index.ranking(understood)
        decision, _ = decider.decide(ranking, understood.words, "both", understood.language)
        questions.append(
            Question(
                ranking,
                decide.features(ranking, understood.words),
                decision.probability,
                decision.action == "answer",
                frozenset(numbers[id_] for id_ in right if id_ in numbers),
                bool(right),
                query.metadata.get("language"),
                tf_idf.scores(understood.text),
            )
        )
    outcomes = calibrate.outcomes(beir.name, beir, catalogue, remembering, corpus)
    return Asked(beir.name, len(corpus.ids), tuple(questions), tuple(outcomes))


class _TfIdf:
    """TF-IDF of words and pairs of words, as one would write it: whole articles, and each phrasing."""

    def __init__(self, beir: Beir, numbers: dict[str, int]) -> None:
        texts, owners = [], []
        for document in beir.documents:
            for text in (f"{document.title} {document.text}", *document.phrasings):
                texts.append(text)
                owners.append(numbers[document.id])
        self._owners = np.array(owners)
        self._size = len(numbers)
        self._vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        self._passages = self._vectorizer.fit_transform(texts)

    def scores(self, text: str) -> Floats:
        similar = (self._passages @ self._vectorizer.transform([text]).T).toarray()[:, 0]
        best = np.zeros(self._size)
        np.maximum.at(best, self._owners, similar)
        return best


def worst_language(asked: Asked, hits: Flags) -> tuple[str, float, int] | None:
    """Return the language with the lowest share of hits, the share, and its number of questions."""
    spoken = np.array([each.language or "" for each in asked.questions])
    shares = [
        (float(hits[chosen].mean()), language, int(chosen.sum()))
        for language in sorted(set(spoken) - {""})
        if (chosen := (spoken == language) & asked.answerable).any()
    ]
    if len(shares) < 2:
        return None
    share, language, count = min(shares)
    return language, share, count


def outcomes_of(sets: Iterable[Asked]) -> Sequence[Outcome]:
    """Return the outcomes of several sets."""
    return [outcome for each in sets for outcome in each.outcomes]
