"""What the second encoder is worth: the whole ranking with both, and with the multilingual one alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from bench.measuring import WAYS, Asked
from indexer.intervals import Interval, bootstrap

ENGLISH = "en"


def english(sets: Sequence[Asked]) -> list[Asked]:
    """Return the sets whose questions are all English, and that were asked with one encoder too."""
    return [each for each in sets if each.languages == {ENGLISH} and each.one_encoder]


def gain(sets: Sequence[Asked]) -> Interval | None:
    """Return by how much both encoders are better at hit@1, over the answerable questions of the sets.

    The interval is paired: each draw compares both ways on the same questions. A question that is in several
    sets is drawn with all of its askings, for they do not vary apart. None where nothing can be answered.
    """
    differences: dict[str, list[float]] = {}
    for asked in sets:
        both, one = (asked.hits(WAYS[way], 1).astype(float) for way in ("all", "all, one encoder"))
        for number in np.flatnonzero(asked.answerable):
            differences.setdefault(asked.questions[number].text, []).append(both[number] - one[number])
    return _mean_by_question(differences) if differences else None


def _mean_by_question(values: Mapping[str, Sequence[float]]) -> Interval | None:
    sums = np.array([sum(each) for each in values.values()])
    counts = np.array([len(each) for each in values.values()])
    return bootstrap(lambda rows: float(sums[rows].sum() / counts[rows].sum()), len(sums))
