"""Certify what was judged: once, for the command, and once a day beside the service."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from indexer import certificate, decide
from indexer.bound import Proof
from indexer.certificate import OTHERS, Terms
from indexer.certify import Recalibration
from indexer.certify import recalibrate as certify
from kb import audits
from kb.audits import Tally
from kb.db import reading
from kb.settings import Settings
from service.reindex import Reindex

# More often would not prove more: at the default share a help desk with 5,000 searches a day draws a hundred.
DAY_SECONDS = 24 * 3600.0
LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """What recalibrating came to, for people and for programs."""

    done: Recalibration
    tally: Tally

    def sentences(self) -> Iterator[str]:
        """Say it in plain words, a line each."""
        if self.done.void:
            yield self.done.void
        if self.done.stayed:
            yield (
                "The certificate of before stays: it kept its promise on the outcomes that came after it, "
                "and the new one did worse on them."
            )
        rate = self.done.certificate.terms.max_wrong
        proofs = self.done.certificate.proofs
        for name, proof in proofs.items():
            if proof.outcomes or name == OTHERS:
                yield f"{_named(name, alone=len(proofs) == 1)}: {_told(proof, rate)}"
        yield from _counted(self.tally)

    def payload(self) -> dict[str, Any]:
        """Return it as JSON says it; a proof without a threshold proves nothing."""
        found = self.done.certificate
        proofs = {
            name: {**asdict(proof), "coverage": round(proof.coverage, 4)}
            for name, proof in found.proofs.items()
        }
        return {
            "max_wrong": found.terms.max_wrong,
            "certified": any(proof.threshold is not None for proof in found.proofs.values()),
            "stayed": self.done.stayed,
            "void": self.done.void,
            "languages": proofs,
            "audit": asdict(self.tally),
        }


def recalibrate(settings: Settings, sessions: sessionmaker[Session], embedder: str) -> Report:
    """Certify what was judged so far and put the certificate in place, where every server takes it over."""
    terms = Terms(decide.load(settings.max_wrong).version, embedder, settings.max_wrong)
    with reading(sessions) as session:
        last = audits.last_judgement(session)  # first: what is judged meanwhile counts as unseen next time
        outcomes = audits.outcomes(session, terms.decision, embedder)
        tally = audits.tally(session, terms.decision, embedder)
    done = certify(outcomes, terms, last, certificate.read(settings.data_dir))
    certificate.write(settings.data_dir, done.certificate)
    return Report(done, tally)


@dataclass
class Schedule:
    """Has the outcomes certified once a day, when something was judged since, in a process beside."""

    settings: Settings
    sessions: sessionmaker[Session]
    reindex: Reindex
    _next: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        """Look at most once a minute; who began does not begin again for a day, whatever became of it."""
        if time.monotonic() < self._next:
            return
        due = self._is_due()
        self._next = time.monotonic() + (DAY_SECONDS if due else LOOK_SECONDS)
        if due:
            self.reindex.start("--recalibrate")

    def _is_due(self) -> bool:
        stamp = certificate.stamp(self.settings.data_dir)
        if stamp and time.time() - stamp[0] / 1e9 < DAY_SECONDS:
            return False
        with reading(self.sessions) as session:
            last = audits.last_judgement(session)
        found = certificate.read(self.settings.data_dir) if last else None
        return last > (found.looked_up_to if found else 0)


def _named(name: str, *, alone: bool) -> str:
    if name != OTHERS:
        return f"Language {name}"
    return "All languages" if alone else "Other languages"


def _told(proof: Proof, rate: float) -> str:
    if proof.threshold is None:
        more = "1 more outcome" if proof.needed == 1 else f"{proof.needed} more outcomes"
        return f"cannot be certified: {more} needed, if all of them are right."
    return (
        f"certified: at most {rate:.0%} of the answers are wrong. Of {proof.outcomes} outcomes "
        f"{proof.answered} have a probability of {proof.threshold:.2f} or more and are answered, "
        f"{proof.wrong} of them wrong."
    )


def _counted(tally: Tally) -> Iterator[str]:
    if tally.waiting:
        waits = "1 search waits" if tally.waiting == 1 else f"{tally.waiting} searches wait"
        yield f"{waits} to be judged: precedent audit."
    if tally.unclear:
        yield f"Where nobody could tell, nothing was counted: {tally.unclear}."
    if tally.judged_before:
        yield f"Judged under an earlier decision or another embedder, and not counted: {tally.judged_before}."
