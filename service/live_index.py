"""The index that is searched right now: opened at the start, exchanged when a newer one is published."""

import time
from dataclasses import dataclass, field
from threading import Lock, Thread

from indexer.embed import Embedder, open_embedder
from indexer.query import Index, open_index
from indexer.results import SearchResult, Suggestion
from indexer.snapshot import current
from kb.errors import NoIndex, PrecedentError, Unavailable
from kb.settings import Settings
from service.logs import log, trace

# A published index is searched within this many seconds; reading the small file that names it takes 20 µs.
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """What is searched, or a sentence that says why nothing is."""

    snapshot: str | None
    size: int | None
    missing: str | None


@dataclass
class LiveIndex:
    """Holds the open index; requests in flight keep the one that they began with."""

    settings: Settings
    embedder: Embedder | None = None  # opened with the first index, and kept for all that follow
    _index: Index | None = None
    _reason: str | None = None
    _tried: str | None = None
    _looked: float = field(default=0.0)
    _lock: Lock = field(default_factory=Lock)

    def open(self) -> None:
        """Open the published index; if that fails, keep the reason and whatever was open before."""
        with self._lock:
            self._open(current(self.settings.index_dir))

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

    def state(self) -> State:
        """Return what is searched now, after a look for something newer."""
        self._look()
        index = self._index
        if index is None:
            return State(None, None, self._reason or "There is no index yet.")
        return State(index.snapshot_id, index.size, None)

    def _ready(self) -> Index:
        self._look()
        if self._index is None:
            raise NoIndex(self._reason or "There is no index yet; build one with `precedent index`.")
        return self._index

    def _look(self) -> None:
        """Look for a newer index, at most once in LOOK_SECONDS; searches go on while it is opened."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS or not self._lock.acquire(blocking=False):
            return
        try:
            self._looked = now
            published = current(self.settings.index_dir)
            if published in (None, self._tried):
                return
            if self._index is None:
                self._open(published)
            else:
                Thread(target=self.open, name="open-index", daemon=True).start()
        finally:
            self._lock.release()

    def _open(self, published: str | None) -> None:
        self._tried = published
        try:
            if published and self.embedder is None:
                self.embedder = open_embedder(self.settings)
            self._index, self._reason = open_index(self.settings, self.embedder), None
            log.info("index opened", snapshot=self._index.snapshot_id, solutions=self._index.size)
        except PrecedentError as error:
            self._reason = str(error)
            log.warning("no index", reason=error.slug)
        except Exception as error:  # noqa: BLE001 - without an index the form must still file tickets
            self._reason = "The index cannot be opened; build it again with `precedent index`."
            log.error("index broken", error=type(error).__name__, where=trace(error))
