"""Ask all questions of one set, and keep what is needed to judge them in several ways."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from indexer import calibrate, decide
from indexer.calibrate import Outcome
from indexer.corpus import make_corpus
from indexer.decide import Decider
from indexer.embed import Embedder, Vectors
from indexer.fuse import NONE, Ranking, Weights
from indexer.intervals import Interval, proportion
from indexer.query import Index
from kb.errors import Invalid
from kb.imports import Beir
from kb.products import Product

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float32] | Floats
DEPTH = 10  # ranks looked at; what stands deeper counts as not found
# With fewer questions the lowest of several languages is mostly the unluckiest one.
LEAST_OF_LANGUAGE = 20


@dataclass(frozen=True)
class Question:
    """A question that was asked: its result list, its features, and the numbers of the right solutions.

    `one_encoder` are the scores that the first encoder of the embedder gives without the others.
    """

    text: str
    ranking: Ranking
    features: Floats
    probability: float
    answered: bool
    right: frozenset[int]
    answerable: bool
    language: str | None
    tf_idf: Floats
    one_encoder: Scores | None = None

    def rank(self, scores: Scores) -> float:
        """Return the rank of the first right solution by these scores; infinite below DEPTH."""
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        found = (
            rank
            for rank, number in enumerate(best, start=1)
            if int(number) in self.right and scores[number] > NONE
        )
        return next(found, float("inf"))


@dataclass(frozen=True)
class Asked:
    """All questions of one set, and the outcomes that a classifier is fitted on.

    `wordless` questions had no word in them and were not asked.
    """

    name: str
    passages: int
    questions: tuple[Question, ...]
    outcomes: tuple[Outcome, ...]
    wordless: int = 0

    @cached_property
    def answerable(self) -> Flags:
        return np.array([each.answerable for each in self.questions], dtype=bool)

    @cached_property
    def languages(self) -> set[str | None]:
        return {each.language for each in self.questions}

    @cached_property
    def one_encoder(self) -> bool:
        """Say whether the embedder had more than one encoder, so that one alone was asked too."""
        return all(each.one_encoder is not None for each in self.questions)

    def ranks(self, score: Callable[[Question], Scores]) -> Floats:
        """Return for each question the rank of its first right solution."""
        return np.array([each.rank(score(each)) for each in self.questions], dtype=np.float64)

    def hits(self, score: Callable[[Question], Scores], depth: int) -> Flags:
        """Return for each question whether one of its first `depth` solutions is right."""
        return self.ranks(score) <= depth

    def hit_rate(self, weights: Weights) -> float:
        """Return hit@1 under these weights; reckoned once, however many other sets leave this one in."""
        if weights not in self._hit_rates:
            self._hit_rates[weights] = float(self.hits(weighed(weights), 1)[self.answerable].mean())
        return self._hit_rates[weights]

    @cached_property
    def _hit_rates(self) -> dict[Weights, float]:
        return {}


# The ways to rank that are compared; each gives the scores of all solutions.
WAYS: dict[str, Callable[[Question], Scores]] = {
    "TF-IDF": lambda question: question.tf_idf,
    "BM25": lambda question: question.ranking.lexical,
    "dense": lambda question: question.ranking.dense,
    "all, one encoder": lambda question: _known(question.one_encoder),
    "all": lambda question: question.ranking.scores,
}


def _known(scores: Scores | None) -> Scores:
    if scores is None:
        raise ValueError("this embedder has one encoder only")
    return scores


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
    one_encoder = _one_encoder(beir, catalogue, remembering, corpus.known_vectors(), decider)
    questions, wordless = [], 0
    for query in beir.queries:
        right = {id_ for id_, gain in beir.qrels.get(query.id, {}).items() if gain > 0}
        try:
            understood = index.understand(query.text, query.country, query.language)
        except Invalid:  # a question without a word is one that the customer is asked to put again
            wordless += 1
            continue
        ranking = index.ranking(understood)
        decision, _ = decider.decide(ranking, understood.words, "both", understood.language)
        questions.append(
            Question(
                understood.text,
                ranking,
                decide.features(ranking, understood.words),
                decision.probability,
                decision.action == "answer",
                frozenset(numbers[id_] for id_ in right if id_ in numbers),
                bool(right),
                query.metadata.get("language"),
                tf_idf.scores(understood.text),
                one_encoder.ranking(understood).scores if one_encoder else None,
            )
        )
    outcomes = calibrate.outcomes(beir.name, beir, catalogue, remembering, corpus)
    return Asked(beir.name, len(corpus.ids), tuple(questions), tuple(outcomes), wordless)


class _FirstEncoder:
    """The first part of the vectors of an embedder, at unit length again."""

    def __init__(self, embedder: Embedder) -> None:
        self.id = f"{embedder.id}, its first part"
        self.dimension = embedder.parts[0]
        self.parts = (self.dimension,)
        self._embedder = embedder

    def cut(self, vectors: Vectors) -> Vectors:
        first = vectors[..., : self.dimension]
        unit: Vectors = first / np.linalg.norm(first, axis=-1, keepdims=True)
        return unit

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self.cut(self._embedder.queries(texts))

    def passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self.cut(self._embedder.passages(texts, progress))


def _one_encoder(
    beir: Beir,
    catalogue: tuple[Product, ...],
    embedder: Embedder,
    known: Mapping[bytes, Vectors],
    decider: Decider,
) -> Index | None:
    """Index the same documents by the first encoder alone, encoding nothing again; None if it is all."""
    if len(embedder.parts) < 2:
        return None
    first = _FirstEncoder(embedder)
    cut = {digest: first.cut(vector) for digest, vector in known.items()}
    return Index(make_corpus(beir.documents, catalogue, first, cut), first, decider)


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


def worst_language(asked: Asked, hits: Flags) -> tuple[str, Interval, int] | None:
    """Return the language with the lowest share of hits, the share, and its number of questions.

    Languages with fewer than LEAST_OF_LANGUAGE answerable questions are passed over; None if fewer than two
    remain.
    """
    spoken = np.array([each.language or "" for each in asked.questions])
    counts = Counter(spoken[asked.answerable].tolist())
    many = [language for language, count in counts.items() if language and count >= LEAST_OF_LANGUAGE]
    if len(many) < 2:
        return None
    of = {language: hits[(spoken == language) & asked.answerable] for language in many}
    worst = min(sorted(of), key=lambda language: float(of[language].mean()))
    share = proportion(of[worst])
    return (worst, share, len(of[worst])) if share else None


def outcomes_of(sets: Iterable[Asked]) -> Sequence[Outcome]:
    """Return the outcomes of several sets."""
    return [outcome for each in sets for outcome in each.outcomes]
