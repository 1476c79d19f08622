"""Known open problems that fit what somebody asks: offered first, so that nobody reports them again."""

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session, sessionmaker

from kb.db import reading
from kb.errors import PrecedentError
from kb.incidents import OpenIncident, open_incidents
from service.live_index import LiveIndex
from service.logs import log, trace

# An incident that is opened or resolved acts within a second, as what is published does.
FRESH_SECONDS: Final = 1.0
# An incident fits when fewer solutions than this lie nearer to the question, and less than this share of all.
# Demo company, 151 solutions: of 14 ways in 8 languages to report its two incidents 12 are told, and of 348
# pairs of another question and an incident 3.
NEARER: Final = 10
NEARER_SHARE: Final = 1 / 15
SHOWN: Final = 2


@dataclass
class KnownProblems:
    """The open incidents, read from the database at most once a second."""

    sessions: sessionmaker[Session]
    index: LiveIndex
    _open: tuple[OpenIncident, ...] = ()
    _read_at: float = float("-inf")

    def fitting(
        self, text: str, products: frozenset[str], country: str | None, language: str | None
    ) -> tuple[OpenIncident, ...]:
        """Return at most two that a typed problem may be, the nearest first; none while search is down."""
        found = [each for each in self._now() if _may_be_about(each, products)]
        if not found:
            return ()
        try:
            texts = tuple(f"{each.title}\n{each.text}" for each in found)
            nearer = self.index.nearer(text, texts, country=country, language=language)
        except PrecedentError:
            return ()
        except Exception as error:  # noqa: BLE001 - a missing hint must never cost somebody the answer
            log.warning("known problems are not told", error=type(error).__name__, where=trace(error))
            return ()
        most = min(NEARER, NEARER_SHARE * (self.index.state().size or 0))
        near = sorted((count, place) for place, count in enumerate(nearer or ()) if count < most)
        return tuple(found[place] for _, place in near[:SHOWN])

    def get(self, id: str) -> OpenIncident | None:
        """Return an open incident by the id that a form names; one that is solved or gone is none."""
        return next((each for each in self._now() if str(each.id) == id), None)

    def _now(self) -> tuple[OpenIncident, ...]:
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            self._read_at = time.monotonic()
            with reading(self.sessions) as session:
                self._open = open_incidents(session)
        return self._open


def _may_be_about(incident: OpenIncident, products: frozenset[str]) -> bool:
    return not (products and incident.products) or not products.isdisjoint(incident.products)
