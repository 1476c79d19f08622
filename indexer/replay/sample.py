"""The pairs that a person judges where tickets carry no label: drawn by chance, by how sure the search is."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.replay.asking import Replayed
from kb.errors import Invalid

SEED = 20261123
# Equal shares of the tickets, from the least to the most likely to have been answered: within a stratum
# answers are more alike, and the interval is narrower than that of a plain sample of the same size.
STRATA = 5
# 200 judged pairs give an interval of about 7 points to either side at worst; ten more a stratum may be
# skipped as undecidable before the estimate has to wait.
NEEDED = 200
DRAWN = NEEDED + 10 * STRATA
ANSWERS = {"yes": True, "no": False}
FORMAT = "precedent replay answers"


@dataclass(frozen=True, slots=True)
class Pair:
    """A ticket without a label and the earlier solution that was found first for it."""

    id: str
    stratum: int
    replayed: Replayed


@dataclass(frozen=True, slots=True)
class Sample:
    """The drawn pairs in the order of judging; `sizes` are the tickets of each stratum.

    `empty` tickets found nothing at all: nobody needs to judge that they were not answered. `digest` tells
    this sample from that of other tickets, or of another ranking.
    """

    pairs: tuple[Pair, ...]
    sizes: tuple[int, ...]
    empty: int
    digest: str

    @property
    def tickets(self) -> int:
        """Return the tickets that the sample stands for."""
        return sum(self.sizes) + self.empty

    @property
    def needed(self) -> int:
        """Return how many pairs must be judged before there is an estimate."""
        return min(NEEDED, len(self.pairs))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person judged: whether the earlier solution of a pair answers the ticket; `skipped` are not."""

    judged: dict[str, bool]
    skipped: int


def draw(replayed: Sequence[Replayed], count: int = DRAWN) -> Sample:
    """Draw `count` pairs by chance, in proportion from each stratum; all where there are fewer."""
    unlabelled = [each for each in replayed if each.known is None]
    asked = sorted((each for each in unlabelled if each.hits), key=lambda e: (e.probability, e.ticket.id))
    strata = [part.tolist() for part in np.array_split(np.arange(len(asked)), STRATA) if len(part)]
    random = np.random.default_rng(SEED)
    pairs = []
    for number, part in enumerate(strata):
        many = min(len(part), -(-count // len(strata)))
        pairs += [_pair(number, asked[row]) for row in random.choice(part, many, replace=False)]
    random.shuffle(pairs)
    digest = hashlib.sha256(json.dumps([pair.id for pair in pairs]).encode()).hexdigest()[:16]
    sizes = tuple(len(part) for part in strata)
    return Sample(tuple(pairs), sizes, len(unlabelled) - len(asked), digest)


def read_answers(path: Path, sample: Sample) -> Answers:
    """Read what the judging page saved; raises Invalid where it is not of this sample."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError:
        document = None
    answers = document.get("answers") if isinstance(document, dict) else None
    if not isinstance(answers, dict) or document.get("format") != FORMAT:
        raise Invalid(f"{path.name} does not hold answers; save them with the button of the judging page.")
    known = {pair.id for pair in sample.pairs}
    if document.get("sample") != sample.digest or not answers.keys() <= known:
        raise Invalid(
            f"The answers in {path.name} belong to other tickets, or to another version of the search: "
            "write the judging page anew, and judge its pairs."
        )
    judged = {pair: ANSWERS[said] for pair, said in answers.items() if said in ("yes", "no")}
    return Answers(judged, len(answers) - len(judged))


def _pair(stratum: int, replayed: Replayed) -> Pair:
    """Make a pair whose id changes with either side, and shows neither."""
    both = (
        f"{replayed.ticket.id}\x00{replayed.ticket.text}\x00{replayed.hits[0].id}\x00{replayed.hits[0].text}"
    )
    return Pair(hashlib.sha256(both.encode()).hexdigest()[:16], stratum, replayed)
