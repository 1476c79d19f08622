"""Two legs to one ranking: standardised scores are added, phrasings vote, boosts are bounded."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.dense import Neighbours
from indexer.lexical import LexicalScores

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# Weights and constants were chosen together by a grid over five development sets (wixqa, wixqa-open,
# banking77, clinc150, btcfaq); neighbours in the grid differ by less than a point on each of them.
LEXICAL_WEIGHT = 0.4
# The lexical leg counts by how much of the query its best passage covers: not at all below the first share,
# fully from the second. Words that a foreign language happens to share mislead (btcfaq: hit@1 .942 with the
# first pair, .956 with the second), so more is asked where no document is in the language of the query.
COVERAGE_AT_HOME = (0.0, 0.3)
COVERAGE_ABROAD = (0.2, 0.6)
VOTERS = 20  # nearest passages that vote for their solution
VOTE_SOFTNESS = 0.06  # cosine below the best at which a vote has fallen to 1/e
VOTE_WEIGHT = 1.0
# The learned leg counts the more passages a solution has: not at all below the first number on average, fully
# from the second. In deviations; .3 to .6 differ by less than half a point of hit@1.
LEARNED_WEIGHT = 0.4
LEARNED_FROM, LEARNED_FULLY = 4.0, 11.0
# In deviations, beside a usual distance of 0.5 to 2 between a first and a second hit: enough to part two
# products with the same fault, not enough to lift an article that does not fit.
PRODUCT_BOOST = 1.0
LANGUAGE_BOOST = 0.1
NEAREST, CROWD = 5, 10  # passages that tell how much at home a query is, and how many agree
NONE = np.float32(-np.inf)


@dataclass(frozen=True, slots=True)
class Boosts:
    """What speaks for a solution beside its text, each of shape (solutions,): -1, 0 or 1."""

    product: Floats
    language: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each leg counts beside the dense one."""

    lexical: float = LEXICAL_WEIGHT
    votes: float = VOTE_WEIGHT
    learned: float = LEARNED_WEIGHT


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of all solutions, each of shape (solutions,); a solution that neither leg found has -inf.

    `dense`, `lexical` and `learned` are deviations above the query's mean, `cosine` is raw, `votes` are
    shares. Of the whole list: `near`, how far the nearest passages' mean cosine is above what is `typical` in
    the corpus; `crowd`, how many solutions share the nearest ten; `density`, the logarithm of passages a
    solution; `trusted` and `taught`, how much of their weight the lexical and the learned leg have here.
    """

    scores: Floats
    dense: Floats
    lexical: Floats
    cosine: Floats
    votes: Floats
    learned: Floats
    product: Floats
    coverage: float
    typical: float = 0.0
    near: float = 0.0
    crowd: int = 0
    density: float = 0.0
    language: Floats | None = None
    trusted: float = 1.0
    taught: float = 0.0

    def reweighed(self, weights: Weights) -> Floats:
        """Return the scores that other weights would give, shape (solutions,)."""
        scores = self.dense + weights.lexical * self.trusted * self.lexical + weights.votes * self.votes
        scores = scores + weights.learned * self.taught * self.learned + PRODUCT_BOOST * self.product
        scores = scores if self.language is None else scores + LANGUAGE_BOOST * self.language
        return np.where(self.scores > NONE, scores, NONE).astype(np.float32)

    def best(self, limit: int) -> Numbers:
        """Return the numbers of the best solutions, best first, ties in their own order."""
        found = np.flatnonzero(self.scores > NONE)
        return found[np.argsort(-self.scores[found], kind="stable")][:limit]


def fuse(
    neighbours: Neighbours | None,
    owners_of_neighbours: Numbers,
    lexical: LexicalScores,
    owners: Numbers,
    boosts: Boosts,
    allowed: npt.NDArray[np.bool_],
    *,
    at_home: bool,
    learned: Floats | None = None,
) -> Ranking:
    """Add the standardised legs per solution; `owners` maps passages to solutions.

    `at_home`: some documents are in the language of the query.

    Scores are standardised against the query's own distribution because raw ones are not comparable across
    queries; on wixqa a sum of standardised scores beats reciprocal-rank fusion by 7 points of hit@1.
    """
    solutions = len(allowed)
    cosine, dense, votes = _dense_leg(neighbours, owners_of_neighbours, solutions)
    words, shares_words = _lexical_leg(lexical.scores, owners, solutions)
    trusted = 1.0 / LEXICAL_WEIGHT  # words alone: in full
    if neighbours is not None:
        trusted = _ramp(lexical.coverage, *(COVERAGE_AT_HOME if at_home else COVERAGE_ABROAD))
    learned = np.zeros(solutions, dtype=np.float32) if learned is None else learned
    density = float(np.log(max(len(owners), 1) / max(solutions, 1)))
    taught = _ramp(density, float(np.log(LEARNED_FROM)), float(np.log(LEARNED_FULLY)))
    found = allowed & ((votes > 0) | (cosine > NONE) | shares_words)
    unweighed = Ranking(
        np.where(found, np.float32(0), NONE),
        dense,
        words,
        cosine,
        votes,
        learned,
        boosts.product,
        lexical.coverage,
        typical=neighbours.typical if neighbours else 0.0,
        near=float(neighbours.cosines[:NEAREST].mean()) - neighbours.typical if neighbours else 0.0,
        crowd=len(set(owners_of_neighbours[:CROWD].tolist())),
        density=density,
        language=boosts.language,
        trusted=trusted,
        taught=taught,
    )
    return replace(unweighed, scores=unweighed.reweighed(WEIGHTS))


def _ramp(value: float, start: float, end: float) -> float:
    return min(1.0, max(0.0, (value - start) / (end - start)))


def _dense_leg(
    neighbours: Neighbours | None, owners: Numbers, solutions: int
) -> tuple[Floats, Floats, Floats]:
    """Return raw cosine, deviations and votes; what lies deeper counts as the last one found."""
    cosine = np.full(solutions, NONE, dtype=np.float32)
    votes = np.zeros(solutions, dtype=np.float32)
    if neighbours is None or not len(owners):
        return cosine, np.zeros(solutions, dtype=np.float32), votes
    np.maximum.at(cosine, owners, neighbours.cosines)
    ballots = np.exp((neighbours.cosines[:VOTERS] - neighbours.cosines[0]) / VOTE_SOFTNESS)
    np.add.at(votes, owners[:VOTERS], ballots / ballots.sum())
    held = np.maximum(cosine, neighbours.cosines[-1])
    deviations = (held - neighbours.mean) / (neighbours.deviation or 1.0)
    return cosine, deviations.astype(np.float32), votes


def _lexical_leg(scores: Floats, owners: Numbers, solutions: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return deviations, and which solutions share a word with the query at all."""
    best = np.zeros(solutions, dtype=np.float32)
    deviation = float(scores.std()) if len(scores) else 0.0
    if not deviation:
        return best, best > 0
    np.maximum.at(best, owners, scores)
    return ((best - float(scores.mean())) / deviation).astype(np.float32), best > 0
