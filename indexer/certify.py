"""From judged outcomes to a certificate: by language where there are enough, and none that is worse.

Languages and the rest share the error: with three groups each is proven at 98.3 %, so that with 95 % all
promises hold at once (Bonferroni). Who forms a group depends on counts alone, never on what was right.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer import bound
from indexer.bound import CONFIDENCE, Proof
from indexer.certificate import OTHERS, Certificate, Terms
from kb.audits import Audited

# A language stands alone from so many times the outcomes that prove a rate without an error: with 2 % errors
# and half of the questions answered that is about what it takes (docs/DECISION.md). Fewer are pooled.
ALONE = 3


@dataclass(frozen=True, slots=True)
class Recalibration:
    """The certificate to be written, and what became of the one before.

    `stayed`: the old one kept its promise on outcomes that it had not seen, and the new one did worse there.
    `void`: a sentence that says why the old one does not hold any more.
    """

    certificate: Certificate
    stayed: bool
    void: str | None


def recalibrate(
    outcomes: Sequence[Audited], terms: Terms, last: int, old: Certificate | None = None
) -> Recalibration:
    """Prove what can be proven of outcomes up to judgement number `last`; the better certificate is kept."""
    new = Certificate(terms, prove(outcomes, terms.max_wrong), last, last)
    void = old.void_because(terms) if old else None
    if old is None or void:
        return Recalibration(new, False, void)
    unseen = [each for each in outcomes if each.number > old.proven_up_to]
    if is_worse(new, old, unseen):
        return Recalibration(replace(old, looked_up_to=last), True, None)
    return Recalibration(new, False, None)


def prove(outcomes: Sequence[Audited], max_wrong: float) -> dict[str, Proof]:
    """Return what is proven for each language that stands alone, and for OTHERS."""
    grouped = _groups(outcomes, max_wrong)
    # A group too small to prove anything is not tested: it takes no share of the error.
    tested = sum(len(group) >= bound.least(max_wrong) for group in grouped.values())
    confidence = 1.0 - (1.0 - CONFIDENCE) / max(1, tested)
    return {
        name: bound.certify(
            np.array([each.probability for each in group], dtype=np.float64),
            np.array([each.right for each in group], dtype=np.bool_),
            max_wrong,
            confidence,
        )
        for name, group in grouped.items()
    }


def is_worse(new: Certificate, old: Certificate, unseen: Sequence[Audited]) -> bool:
    """Say whether `new` does worse than `old` on outcomes that the old one was made without.

    The old one must have kept its promise there: answered some of them, and no larger share wrong than
    accepted. Then the new one is worse if it did not keep it, or solved fewer.
    """
    solved_before, wrong_before = _observed(old, unseen)
    solved, wrong = _observed(new, unseen)
    if not solved_before or not _kept(solved_before, wrong_before, old.terms.max_wrong):
        return False
    return solved < solved_before or not _kept(solved, wrong, new.terms.max_wrong)


def _groups(outcomes: Sequence[Audited], max_wrong: float) -> dict[str, list[Audited]]:
    enough = ALONE * bound.least(max_wrong)
    counts = Counter(each.language for each in outcomes if each.language)
    alone = sorted(language for language, count in counts.items() if count >= enough)
    groups: dict[str, list[Audited]] = {name: [] for name in (*alone, OTHERS)}
    for each in outcomes:
        groups[each.language if each.language in alone else OTHERS].append(each)
    return groups


def _observed(certificate: Certificate, outcomes: Sequence[Audited]) -> tuple[int, int]:
    """Return how many of the outcomes it answers right, and how many wrong."""
    answered = []
    for each in outcomes:
        lowest = certificate.threshold(each.language)
        if lowest is not None and each.probability >= lowest:
            answered.append(each.right)
    return sum(answered), len(answered) - sum(answered)


def _kept(solved: int, wrong: int, max_wrong: float) -> bool:
    return wrong <= max_wrong * (solved + wrong)
