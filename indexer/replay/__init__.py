"""Replay past tickets in time order: had this been solved for somebody else before it came in?

`growing` is the index as it stood at each moment, `asking` searches it with each ticket, `known` tells by
labels what had been solved, `sample` and `estimate` tell it by judged pairs where there are no labels, and
`figures` counts.
"""

from indexer.replay.asking import Found, Replayed, replay
from indexer.replay.estimate import Estimate, estimate, judged_tickets
from indexer.replay.figures import Figures, Share, figures
from indexer.replay.sample import Answers, Pair, Sample, draw, read_answers

__all__ = [
    "Answers",
    "Estimate",
    "Figures",
    "Found",
    "Pair",
    "Replayed",
    "Sample",
    "Share",
    "draw",
    "estimate",
    "figures",
    "judged_tickets",
    "read_answers",
    "replay",
]
