"""Records searches behind the answers: nobody who searches waits for the database to write."""

from dataclasses import dataclass, field
from threading import Condition, Thread

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from kb import inquiries
from kb.db import transaction
from kb.errors import Unavailable
from kb.inquiries import NewSearch, RecordedSearch, SearchRecord
from kb.tables import now
from service.logs import log

# Searches of this time are written together: one commit instead of many, and still within the second.
GATHER_SECONDS = 0.2
# While the database is busy (a long import), it is tried again after this time.
AGAIN_SECONDS = 1.0
# Written in one transaction: more would hold up those who file a ticket meanwhile.
MOST_AT_ONCE = 200
# Waiting in memory at most (some 20 MB); the oldest are given up, and said so.
MOST_WAITING = 10_000
# Who refers to a search that is not written yet waits for it this long.
SETTLE_SECONDS = 60.0


@dataclass
class Recorder:
    """A queue of searches and the thread that writes them."""

    sessions: sessionmaker[Session]
    _waiting: dict[str, NewSearch] = field(default_factory=dict)
    _changed: Condition = field(default_factory=Condition)
    _hurry: bool = False
    _closed: bool = False
    _thread: Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = Thread(target=self._run, name="record-searches", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join()

    def record(self, search: SearchRecord) -> str:
        """Take a search to be recorded, and return its public id at once."""
        new = NewSearch(inquiries.new_key(), now(), search)
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
                log.error("a search is lost", reason="the database takes no records")
            self._waiting[new.key] = new
            self._changed.notify_all()
        return new.key

    def recall(self, key: str) -> RecordedSearch | None:
        """Return a search that is not written yet."""
        new = self._waiting.get(key)
        return inquiries.unrecorded(new) if new else None

    def settle(self, key: str | None) -> None:
        """Return when a search is written, so that something else can refer to it; raises Unavailable."""
        with self._changed:
            if key in self._waiting:
                self._hurry = True
                self._changed.notify_all()
                if not self._changed.wait_for(lambda: key not in self._waiting, SETTLE_SECONDS):
                    raise Unavailable("The database is busy; please try again in a minute.")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._changed.wait_for(lambda: self._hurry or self._closed, GATHER_SECONDS)
                batch = list(self._waiting.values())[:MOST_AT_ONCE]
                self._hurry = False
            if not batch:
                return
            written = self._write(batch)
            with self._changed:
                for each in written:
                    self._waiting.pop(each.key, None)
                self._changed.notify_all()
                if not written:
                    if self._closed:
                        log.error("searches are lost", searches=len(self._waiting))
                        return
                    self._changed.wait_for(lambda: self._closed, AGAIN_SECONDS)

    def _write(self, batch: list[NewSearch]) -> list[NewSearch]:
        """Write searches and return those that are done with; none when it is worth another try."""
        try:
            with transaction(self.sessions) as session:
                inquiries.record_searches(session, batch)
        except (SQLAlchemyError, Unavailable) as error:
            log.warning("searches wait to be recorded", searches=len(batch), reason=type(error).__name__)
            return []
        except Exception as error:  # noqa: BLE001 - one that cannot be written must not keep the others waiting
            if len(batch) > 1:
                return [done for each in batch for done in self._write([each])]
            log.error("a search is lost", reason=type(error).__name__)
        return batch
