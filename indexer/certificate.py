"""What the judged outcomes of an installation have proven, on disk: `calibration.json` in its data folder.

Written aside and put in place by one rename, so that a server reads the old one or the new one. It holds for
one classifier, one embedder and one accepted rate; under any other it is void.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from indexer.bound import Proof
from kb import locales

FILE = "calibration.json"
FORMAT = 1
OTHERS = "*"  # the languages that have too few outcomes to stand alone, and questions of unknown language
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a certificate holds for: `decision` names the classifier that ships."""

    decision: str
    embedder: str
    max_wrong: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is proven in which language, of the judgements up to number `proven_up_to`.

    `looked_up_to` is the last judgement that was looked at since: an older certificate may have stayed.
    """

    terms: Terms
    proofs: dict[str, Proof]
    proven_up_to: int
    looked_up_to: int

    def threshold(self, language: str | None) -> float | None:
        """Return the proven threshold for a question in this language; None where nothing is proven."""
        return self.proof(language).threshold

    def proof(self, language: str | None) -> Proof:
        """Return what is proven for a question in this language."""
        tongue = locales.primary(language) if language else OTHERS
        return self.proofs.get(tongue) or self.proofs[OTHERS]

    def void_because(self, terms: Terms) -> str | None:
        """Return a sentence that says why this does not hold under `terms`, or None where it does."""
        changed = [
            name
            for name, before, now in (
                ("the decision that ships", self.terms.decision, terms.decision),
                ("the embedder", self.terms.embedder, terms.embedder),
                ("PRECEDENT_MAX_WRONG", self.terms.max_wrong, terms.max_wrong),
            )
            if before != now
        ]
        if not changed:
            return None
        verb = "is another one" if len(changed) == 1 else "are others"
        return f"What was certified does not hold any more: {' and '.join(changed)} {verb} now."


def write(folder: Path, certificate: Certificate) -> None:
    """Put a certificate in place of the one before; after a crash there is the old one or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{FILE}.{os.getpid()}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, **asdict(certificate)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / FILE)


def read(folder: Path) -> Certificate | None:
    """Return the certificate in `folder`; None where there is none, or none that can be read."""
    try:
        written = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if written.pop("format") != FORMAT:
            raise ValueError("another format")
        return Certificate(
            terms=Terms(**written["terms"]),
            proofs={
                OTHERS: Proof(None, 0),
                **{name: Proof(**each) for name, each in written["proofs"].items()},
            },
            proven_up_to=int(written["proven_up_to"]),
            looked_up_to=int(written["looked_up_to"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("certificate refused", file=FILE, reason=type(error).__name__)
        return None


def stamp(folder: Path) -> tuple[int, int] | None:
    """Return what changes whenever another certificate is put in place: half a look at the file."""
    try:
        found = (folder / FILE).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
