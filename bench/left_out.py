"""What a set would have got with weights, or with a decision, that were chosen without it.

The two are told apart: the decision is judged by the ranking that ships.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.measuring import Asked, Flags, Floats, outcomes_of
from indexer import calibrate
from indexer.bound import threshold
from indexer.fuse import Weights

LEXICAL = (0.2, 0.3, 0.4, 0.5, 0.7)
VOTES = (0.5, 1.0, 1.5, 2.0)
LEARNED = (0.0, 0.2, 0.4, 0.6)
GRID = tuple(Weights(*each) for each in itertools.product(LEXICAL, VOTES, LEARNED))


@dataclass(frozen=True)
class LeftOut:
    """Weights, and probabilities under a classifier, that have not seen the set."""

    weights: Weights
    probability: Floats
    answered: Flags


def others(sets: Sequence[Asked], one: Asked) -> list[Asked]:
    """Return the sets that may tune what `one` is measured with."""
    related = calibrate.related(one.name)
    return [each for each in sets if each.name not in related]


def left_out(sets: Sequence[Asked], one: Asked, max_wrong: float) -> LeftOut | None:
    """Tune on the other sets; None where fewer than two unrelated ones are left."""
    rest = [each for each in others(sets, one) if each.answerable.any()]
    if len({calibrate.related(each.name) for each in rest}) < 2:
        return None
    first = calibrate.fit(outcomes_of(rest), "both", "first")
    curve = calibrate.calibration(outcomes_of(rest), "both")["curve"]
    probability = np.array([first.probability(each.features) for each in one.questions])
    return LeftOut(best_weights(rest), probability, probability >= threshold(curve, max_wrong))


def best_weights(sets: Sequence[Asked]) -> Weights:
    """Return the weights of the grid with the best mean hit@1 over the sets."""
    return max(GRID, key=lambda weights: float(np.mean([each.hit_rate(weights) for each in sets])))
