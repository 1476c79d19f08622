"""The decision: how likely the first solution solves the problem, and what to do with that."""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import structlog

from indexer import certificate
from indexer.bound import threshold
from indexer.certificate import Certificate, Terms
from indexer.fuse import NONE, Ranking

Action = Literal["answer", "ask", "escalate"]
Leg = Literal["both", "lexical"]
LEGS: tuple[Leg, ...] = ("both", "lexical")
Floats = npt.NDArray[np.float64]

CALIBRATION = Path(__file__).with_name("decision.json")  # written by `make calibrate`
SHOWN = 3
# Features count as no further from their mean than this, in deviations. A company unlike all that the
# classifier was fitted on would else be judged by weights never meant for it: of answers at P >= .99
# on sets that were left out of the fit, 11 % were wrong, with it (and a weaker fit) 2 %.
# Of 3, 4 and 5 the middle one keeps most of both: clinc150, left out, has .82, .87 and .88 abstained at 5 %,
# and log loss over all sets left out is .631, .627 and .632.
FURTHEST = 4.0
VERSION_LENGTH = 12  # hexadecimal digits: no two calibrations of one installation share them by chance
log = structlog.get_logger(__name__)
# What of a result list tells whether its first hit is right.
LIST_FEATURES = (
    "margin_2",  # lead of the first hit over the second, in fused score
    "margin_4",  # its lead over the fourth: how much the shown three stand out
    "cosine",  # its cosine above what is typical between neighbours in this corpus
    "dense",  # its deviations above the query's mean cosine
    "dense_lag",  # deviations by which it is behind the dense leg's own best
    "lexical",  # deviations of its BM25
    "lexical_lag",  # deviations by which it is behind the lexical leg's own best
    "coverage",  # share of the query's words that the best passage has
    "votes",  # share of the nearest passages that belong to it
    "length",  # logarithm of the query's length in words
    "product",  # 1: for a product that was named, -1: for another one, 0: no telling
    "near",  # mean cosine of the five nearest passages above what is typical
    "crowd",  # solutions that share the ten nearest passages
)
# Where a solution has a hundred phrasings other things tell than where it has one article: every weight may
# change with the density. Without this, held-out AUROC of answerable on clinc150 is .942, with it .966; on
# wixqa-open, which has few passages a solution, it stays at .83.
FEATURES = (*LIST_FEATURES, "density", *(f"{name} x density" for name in LIST_FEATURES))


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with the hits; `probability` that the first one solves the problem.

    `certified` only for an answer whose threshold is proven by outcomes of this installation. `version` names
    the classifier that outcomes of it are judged under; it is empty where nothing can be proven: words only.
    """

    action: Action
    probability: float
    threshold: float
    certified: bool
    version: str = ""


@dataclass(frozen=True, slots=True)
class Classifier:
    """A logistic regression on standardised features."""

    means: Floats
    deviations: Floats
    weights: Floats
    intercept: float

    def standardised(self, features: Floats) -> Floats:
        """Return features of shape (..., len(FEATURES)) in deviations, none further out than FURTHEST."""
        return np.clip((features - self.means) / self.deviations, -FURTHEST, FURTHEST)

    def probability(self, features: Floats) -> float:
        """Return the probability for features of shape (len(FEATURES),)."""
        logit = float(self.standardised(features) @ self.weights) + self.intercept
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def features(ranking: Ranking, words: int) -> Floats:
    """Describe a result list in the order of FEATURES; all zero when it is empty."""
    best = ranking.best(SHOWN + 1)
    if not len(best):
        return np.zeros(len(FEATURES))
    first, scores = best[0], ranking.scores[best]
    floor = scores[0] - 10.0 if len(best) == 1 else scores[-1]
    cosine = ranking.cosine[first]
    described = np.array(
        (
            scores[0] - (scores[1] if len(best) > 1 else floor),
            scores[0] - (scores[SHOWN] if len(best) > SHOWN else floor),
            cosine - ranking.typical if cosine > NONE else 0.0,
            ranking.dense[first],
            ranking.dense.max() - ranking.dense[first],
            ranking.lexical[first],
            ranking.lexical.max() - ranking.lexical[first],
            ranking.coverage,
            ranking.votes[first],
            math.log1p(words),
            ranking.product[first],
            ranking.near,
            ranking.crowd,
        ),
        dtype=np.float64,
    )
    return np.concatenate([described, [ranking.density], described * ranking.density])


class Decider:
    """The classifiers that ship, and the thresholds that the accepted rate of wrong answers asks for.

    A certificate of this installation goes before the threshold that ships, wherever it proves one.
    """

    def __init__(
        self, calibration: dict[str, Any], max_wrong: float, certificate: Certificate | None = None
    ) -> None:
        self.version = version(calibration)
        self._certificate = certificate
        parts: dict[Leg, dict[str, Any]] = {leg: calibration[leg] for leg in LEGS}
        self._first = {leg: _classifier(part["first"]) for leg, part in parts.items()}
        self._shown = {leg: _classifier(part["shown"]) for leg, part in parts.items()}
        self._escalate_below = {leg: float(part["escalate_below"]) for leg, part in parts.items()}
        self._threshold = {leg: threshold(part["curve"], max_wrong) for leg, part in parts.items()}

    def decide(
        self, ranking: Ranking, words: int, leg: Leg, language: str | None = None
    ) -> tuple[Decision, float]:
        """Return the decision and the probability that one of the shown hits solves the problem."""
        named = self.version if leg == "both" else ""
        proven = self._certificate.threshold(language) if self._certificate and named else None
        lowest = self._threshold[leg] if proven is None else proven
        if not len(ranking.best(1)):
            return Decision("escalate", 0.0, lowest, False, named), 0.0
        described = features(ranking, words)
        first = self._first[leg].probability(described)
        shown = max(first, self._shown[leg].probability(described))
        action: Action = "ask"
        if first >= lowest:
            action = "answer"
        elif shown < self._escalate_below[leg]:
            action = "escalate"
        certified = action == "answer" and proven is not None
        return Decision(action, first, lowest, certified, named), shown


def version(calibration: dict[str, Any]) -> str:
    """Return a name for what decides: outcomes that were judged under another one prove nothing of it."""
    return hashlib.sha256(json.dumps(calibration, sort_keys=True).encode()).hexdigest()[:VERSION_LENGTH]


def spread(first: float, scores: npt.NDArray[np.float32]) -> list[float]:
    """Return a probability for each shown hit: the first one's, falling off with the distance in score.

    At most one of them is taken to be the solution, so what follows shares what the first one leaves.
    """
    if not len(scores):
        return []
    odds = np.exp(-(scores[0] - scores).astype(np.float64))
    return [first, *(min(first, (1.0 - first) * first * float(odd)) for odd in odds[1:])]


def load(max_wrong: float) -> Decider:
    """Load the calibration that ships with the project."""
    return Decider(_shipped(), max_wrong)


def load_certified(max_wrong: float, embedder: str, data_dir: Path) -> Decider:
    """Load the calibration that ships, with what was certified in `data_dir` where that holds for these."""
    calibration = _shipped()
    found = certificate.read(data_dir)
    if found and (void := found.void_because(Terms(version(calibration), embedder, max_wrong))):
        log.warning("certificate void", reason=void)
        found = None
    return Decider(calibration, max_wrong, found)


def _shipped() -> dict[str, Any]:
    shipped: dict[str, Any] = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    return shipped


def _classifier(values: dict[str, Any]) -> Classifier:
    if tuple(values["features"]) != FEATURES:
        raise ValueError("decision.json was made for other features: run make calibrate")
    means, deviations, weights = (
        np.asarray(values[key], dtype=np.float64) for key in ("means", "deviations", "weights")
    )
    return Classifier(means, deviations, weights, float(values["intercept"]))
