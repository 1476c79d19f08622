"""The index that is searched right now: it follows what is published, withdrawn and indexed, by itself."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from sqlalchemy.orm import Session, sessionmaker

from indexer import certificate, decide
from indexer.embed import AbsentEmbedder, Embedder, Vectors, open_embedder
from indexer.journal import Journal
from indexer.query import Index, open_index
from indexer.results import SearchResult, Suggestion
from indexer.snapshot import current
from kb import documents
from kb.db import reading
from kb.errors import NoIndex, PrecedentError, Unavailable
from kb.settings import Settings
from service.logs import log, trace
from service.recalibration import Schedule
from service.reindex import Reindex

# What is published, in the database or as an index, is looked for this often: half a millisecond of work.
# With reading and embedding it stays well below the second within which it must be found.
LOOK_SECONDS = 0.2
# More changed solutions than this are not embedded by a process that serves: it is done beside.
MOST_AT_ONCE = 100
# An embedder that could not be opened is tried again after this time.
TRY_AGAIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class State:
    """What is searched, or a sentence that says why nothing is; `waiting` changes are not searchable yet."""

    snapshot: str | None
    size: int | None
    missing: str | None
    waiting: int = 0


@dataclass
class LiveIndex:
    """Holds the open index; requests in flight keep the one that they began with."""

    settings: Settings
    sessions: sessionmaker[Session]
    embedder: Embedder | None = None  # opened with the first index, and kept for all that follow
    _index: Index | None = None
    _reason: str | None = None
    _tried: str | None = None
    _seen: int | None = None  # the watermark up to which the database was looked through
    _waiting: int = 0
    _embedder_at: float = 0.0
    _lock: Lock = field(default_factory=Lock)
    _stop: Event = field(default_factory=Event)
    _thread: Thread | None = None
    _reindex: Reindex | None = None
    _schedule: Schedule | None = None
    _stamp: tuple[int, int] | None = None  # of the certificate that decides

    def open(self) -> None:
        """Open the published index; if that fails, keep the reason and whatever was open before."""
        with self._lock:
            self._open(current(self.settings.index_dir))

    def start(self) -> None:
        """Follow the changes from now on, until `close`."""
        self._reindex = Reindex(self.settings)
        self._schedule = Schedule(self.settings, self.sessions, self._reindex)
        self._thread = Thread(target=self._run, name="follow-changes", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._thread:
            self._thread.join()
        if self._reindex:
            self._reindex.close()

    def search(
        self, text: str, *, country: str | None, language: str | None, limit: int, may_see: frozenset[str]
    ) -> SearchResult:
        """Search, or raise Unavailable with a sentence; whatever goes wrong inside is logged here."""
        index = self._ready()
        try:
            return index.search(text, country=country, language=language, limit=limit, may_see=may_see)
        except PrecedentError:
            raise
        except Exception as error:
            log.error(
                "search failed", error=type(error).__name__, where=trace(error), snapshot=index.snapshot_id
            )
            raise Unavailable("Search failed inside; the log says where.") from error

    def suggest(
        self, prefix: str, *, country: str | None, language: str | None, limit: int, may_see: frozenset[str]
    ) -> tuple[Suggestion, ...]:
        """Return titles for what is being typed; none while search does not work."""
        try:
            index = self._ready()
            return index.suggest(prefix, country=country, language=language, limit=limit, may_see=may_see)
        except Exception as error:  # noqa: BLE001 - a missing suggestion must never disturb who is typing
            log.warning("suggest failed", error=type(error).__name__, where=trace(error))
            return ()

    def nearer(
        self, text: str, others: tuple[str, ...], *, country: str | None, language: str | None
    ) -> list[int] | None:
        """Count for each of `others` the solutions nearer to a typed problem; None without meaning."""
        return self._ready().nearer(text, others, country=country, language=language)

    def state(self) -> State:
        """Return what is searched now."""
        index = self._index
        if index is None:
            return State(None, None, self._reason or "There is no index yet.")
        words_only = index.embedder_id == AbsentEmbedder.id
        return State(index.snapshot_id, index.size, self._reason if words_only else None, self._waiting)

    def look(self) -> None:
        """Take over what is new since the last look: an index, solutions, withdrawals, a certificate."""
        with self._lock:
            published = current(self.settings.index_dir)
            if published not in (None, self._tried) or self._embedder_is_due():
                self._open(published)
            if self._index is not None:
                self._index = self._certified(self._index)
                self._follow(self._index)
            elif self._reindex and self._has_something():
                self._reindex.start()
        if self._schedule:
            self._schedule.look()

    def _run(self) -> None:
        failed = None
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
                failed = None
            except Exception as error:  # noqa: BLE001 - a database that is down now may be back at the next look
                if failed != (failed := type(error).__name__):
                    log.error("changes cannot be followed", error=failed, where=trace(error))

    def _ready(self) -> Index:
        if self._index is None:
            raise NoIndex(self._reason or "There is no index yet; build one with `precedent index`.")
        return self._index

    def _open(self, published: str | None) -> None:
        self._tried, self._stamp = published, certificate.stamp(self.settings.data_dir)
        try:
            self._index, self._reason = open_index(self.settings, self._engine()), self._absence()
            self._seen, self._waiting = self._index.watermark, 0
            log.info("index opened", snapshot=self._index.snapshot_id, solutions=self._index.size)
        except PrecedentError as error:
            self._reason = str(error)
            log.warning("no index", reason=error.slug)
        except Exception as error:  # noqa: BLE001 - without an index the form must still file tickets
            self._reason = "The index cannot be opened; build it again with `precedent index`."
            log.error("index broken", error=type(error).__name__, where=trace(error))

    def _certified(self, index: Index) -> Index:
        """Return the index under the certificate that is in place now."""
        stamp = certificate.stamp(self.settings.data_dir)
        if stamp == self._stamp:
            return index
        self._stamp = stamp
        log.info("certificate opened" if stamp else "certificate gone")
        found = decide.load_certified(self.settings.max_wrong, index.embedder_id, self.settings.data_dir)
        return index.decided_by(found)

    def _engine(self) -> Embedder:
        """Return the embedder, opened when it is first needed; without one, words are still searched."""
        if self.embedder is None or self._embedder_is_due():
            self._embedder_at = time.monotonic()
            try:
                self.embedder = open_embedder(self.settings)
            except PrecedentError as error:
                log.error("no embedder", reason=str(error))
                self.embedder = AbsentEmbedder(str(error))
        return self.embedder

    def _embedder_is_due(self) -> bool:
        due = time.monotonic() - self._embedder_at > TRY_AGAIN_SECONDS
        return isinstance(self.embedder, AbsentEmbedder) and due

    def _absence(self) -> str | None:
        return self.embedder.reason if isinstance(self.embedder, AbsentEmbedder) else None

    def _has_something(self) -> bool:
        """Say whether something was published since the last look, though there is no index yet."""
        with reading(self.sessions) as session:
            mark = documents.watermark(session)
            if mark == self._seen:
                return False
            self._seen = mark
            return bool(documents.published(session, documents.changed_since(session, 0)))

    def _follow(self, index: Index) -> None:
        """Bring the index up to the watermark of the database."""
        with reading(self.sessions) as session:
            mark = documents.watermark(session)  # first: what changes meanwhile is read again next time
            if mark == self._seen:
                return
            self._seen = mark
            ids = documents.changed_since(session, index.watermark)
            found = list(documents.documents(session, ids)) if len(ids) <= MOST_AT_ONCE else None
            catalogue = documents.catalogue(session)
            if found is None:
                standing = documents.published(session, ids)
        if found is None:
            self._index = index.changed(set(ids) - standing, (), catalogue, index.watermark)
            self._waiting = len(standing)
        else:
            journal = Journal(self.settings.index_dir, index.embedder_id)
            keep = _Keep(journal)
            self._index = index.changed(ids, found, catalogue, mark, journal.known(), keep)
            self._waiting = 0
            log.info("changes searchable", solutions=len(ids), watermark=mark)
        # The names of products stand in the passages, so that other names ask for other passages. A database
        # that is older than the index was restored: only a comparison of all texts tells what differs.
        restored = mark < index.watermark
        stale = self._waiting or not self._index.roomy or catalogue != index.catalogue or restored
        if self._reindex and stale:
            self._reindex.start()


@dataclass(frozen=True)
class _Keep:
    """Keeps vectors for the other processes and the next index; a failure costs them only time."""

    journal: Journal

    def __call__(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        try:
            self.journal.add(digests, vectors)
        except OSError as error:
            log.warning("vectors cannot be kept", reason=str(error))
