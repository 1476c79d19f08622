"""From judged pairs to a share of all tickets, or of a part of them, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.replay.sample import SEED, Answers, Sample

DRAWS = 5_000  # of the shares that fit the answers; the limits vary by about a tenth of a point
# Half a yes and half a no beforehand, the prior of Jeffreys, shared by the strata: with so much in each of
# five, the limits of a rare share (.05) covered it in 91 % of 300 simulated samples, shared in 93 % and more.
HALF = 0.5
# A share of fewer says nothing: its interval is wider than 40 points whatever was counted.
FEWEST = 20
LIMITS = (0.025, 0.975)
METHOD = (
    "Stratified random sample; 95 % limits by simulation from the Jeffreys posterior, "
    "with the tickets that were judged counted as they are."
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of `tickets` with its 95 % limits, from so many `judged` pairs."""

    share: float
    low: float
    high: float
    judged: int
    tickets: int


def missing(sample: Sample, answers: Answers | None) -> int:
    """Return how many pairs have yet to be judged before there is an estimate."""
    done = len(answers.judged) if answers else 0
    strata = {pair.stratum for pair in sample.pairs if answers and pair.id in answers.judged}
    unseen = len(sample.sizes) - len(strata)
    return max(sample.needed - done, unseen)


def estimate(sample: Sample, answers: Answers | None) -> Estimate | None:
    """Return the share of tickets that the solution found first answers; None while too few are judged.

    The share is the mean of the strata, weighed by their tickets (Cochran, Sampling Techniques, chapter 5).
    The limits are quantiles of what the answers leave possible: of the tickets not judged in a stratum, as
    many are answered as a binomial draw says whose rate is drawn from the posterior of Jeffreys. It covers as
    well as the interval of Wilson (Brown, Cai and DasGupta 2001), adds up over strata, and does not collapse
    where all answers of a stratum agree.
    Pairs that were skipped are taken to be like the others of their stratum.
    """
    if answers is None or not sample.pairs or missing(sample, answers):
        return None
    said: list[list[bool]] = [[] for _ in sample.sizes]
    for pair in sample.pairs:
        if pair.id in answers.judged:
            said[pair.stratum].append(answers.judged[pair.id])
    return _estimated(list(zip(sample.sizes, said, strict=True)), sample.tickets)


def estimate_part(said: Sequence[bool], found: int, tickets: int) -> Estimate | None:
    """Return the share of the `tickets` of one product, language or month; None while too few are judged.

    `said` are the answers about those of them that were drawn and judged, `found` those for which anything
    was found. Every stratum gives the same part of its tickets, so that what was drawn of a part is a random
    sample of it; its strata would be too small to be told apart. Limits as in `estimate`.
    """
    return _estimated([(found, said)], tickets) if len(said) >= FEWEST else None


def judged_tickets(sample: Sample, answers: Answers | None) -> dict[str, bool]:
    """Return by the id of a ticket whether what was found first answers it, where that was judged."""
    judged = answers.judged if answers else {}
    return {pair.replayed.ticket.id: judged[pair.id] for pair in sample.pairs if pair.id in judged}


def _estimated(strata: Sequence[tuple[int, Sequence[bool]]], tickets: int) -> Estimate:
    """Add up strata, each the number of its tickets and what was said of some; other tickets count as no."""
    random = np.random.default_rng(SEED)
    prior = HALF / len(strata)
    share, judged, possible = 0.0, 0, np.zeros(DRAWS)
    for size, said in strata:
        yes, no = sum(said), len(said) - sum(said)
        share += size * yes / len(said)
        judged += len(said)
        rates = random.beta(yes + prior, no + prior, DRAWS)
        possible += yes + random.binomial(size - len(said), rates)
    low, high = np.quantile(possible / tickets, LIMITS)
    share /= tickets
    return Estimate(share, min(float(low), share), max(float(high), share), judged, tickets)
