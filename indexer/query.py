"""Search one index: a typed problem in, ranked and decided solutions out."""

import copy
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import structlog

from indexer import decide, fuse, snapshot
from indexer.chunks import UNITS
from indexer.decide import Decider, Decision
from indexer.dense import Neighbours
from indexer.embed import Embedder, Vectors, open_embedder
from indexer.engine import Engine
from indexer.fuse import Boosts, Ranking
from indexer.results import Hit, SearchResult, Suggestion, Teller
from indexer.rows import entries
from indexer.vectorise import Keep
from kb import text as texts
from kb.documents import Document
from kb.errors import Invalid
from kb.locales import main_language
from kb.products import Product, ProductMatch, name_book
from kb.settings import Settings

__all__ = ["Decision", "Hit", "Index", "Query", "SearchResult", "Suggestion", "open_index"]

PUBLIC = frozenset({"public"})
WORDS_ONLY = "The search by meaning is not available at the moment; only words were compared."
# Neighbours of so many queries are remembered (2.5 MB): encoding is nine tenths of a search, and the same few
# questions, a page that is loaded again and what is typed letter by letter make much of the traffic.
REMEMBERED = 1024
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Query:
    """A typed text, normalised, with the products it names; `canonical` is what is matched."""

    text: str
    cut: bool
    language: str | None
    country: str | None
    products: tuple[ProductMatch, ...]
    canonical: str

    @property
    def words(self) -> int:
        return len(UNITS.findall(self.text))


class Index:
    """One loaded index. Safe to use from many threads: nothing changes after it is made."""

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder,
        decider: Decider,
        snapshot_id: str = "unpublished",
        watermark: int = 0,
    ) -> None:
        self.snapshot_id = snapshot_id
        self.watermark = watermark
        self.embedder_id = embedder.id
        self._engine = engine
        self._embedder = embedder
        self._decider = decider
        self._names = name_book(engine.catalogue)
        self._groups = _groups(engine.documents)
        self._solutions = list(self._groups)
        number = {id_: i for i, id_ in enumerate(self._solutions)}
        of_document = np.array([number[document.id] for document in engine.documents], dtype=np.int64)
        self._owners = of_document[engine.owners] if len(engine.owners) else np.empty(0, dtype=np.int64)
        learned = [number.get(id_, -1) for id_ in engine.learned]
        self._learned = np.array(learned, dtype=np.int64)
        self._tongues = {document.language.split("-")[0] for document in engine.documents}
        self._teller = Teller(engine, self._names)
        self._language_boosts = lru_cache(maxsize=64)(self._find_language_boosts)
        self._allowed = lru_cache(maxsize=8)(self._find_allowed)
        self._find_neighbours = lru_cache(maxsize=REMEMBERED)(self._ask_dense_leg)
        self._embed_query = lru_cache(maxsize=REMEMBERED)(self._embed)
        self._embed_others = lru_cache(maxsize=8)(self._embed_texts)
        self._titles = lru_cache(maxsize=REMEMBERED)(self._suggest)

    @property
    def size(self) -> int:
        """Return the number of solutions."""
        return len(self._solutions)

    @property
    def catalogue(self) -> tuple[Product, ...]:
        """Return the products that it knows by name."""
        return self._engine.catalogue

    @property
    def roomy(self) -> bool:
        """Say whether few enough changes were added since it was built; else it is time to build it anew."""
        return self._engine.roomy

    def search(
        self,
        text: str,
        *,
        country: str | None = None,
        language: str | None = None,
        limit: int = 3,
        may_see: frozenset[str] = PUBLIC,
    ) -> SearchResult:
        """Return the best solutions for a typed problem, with the decision; raises Invalid for no words."""
        query = self.understand(text, country, language)
        neighbours = self._neighbours(query)
        ranking = self._rank(query, neighbours, may_see)
        leg: decide.Leg = "both" if neighbours else "lexical"
        decision, shown = self._decider.decide(ranking, query.words, leg, query.language)
        return SearchResult(
            query=query.text,
            language=query.language,
            products=query.products,
            decision=decision,
            hits=self._hits(query, ranking, neighbours, decision, limit),
            degraded=None if neighbours else WORDS_ONLY,
            cut=query.cut,
            snapshot=self.snapshot_id,
            embedder=self.embedder_id,
            shown_probability=shown,
        )

    def suggest(
        self,
        prefix: str,
        *,
        country: str | None = None,
        language: str | None = None,
        limit: int = 5,
        may_see: frozenset[str] = PUBLIC,
    ) -> tuple[Suggestion, ...]:
        """Return titles that fit what has been typed so far; none while there is no word in it."""
        try:
            query = self.understand(prefix, country, language)
        except Invalid:
            return ()
        # What rests on words alone, while the dense leg is down, is not remembered.
        titles = self._titles if self._neighbours(query) else self._suggest
        return titles(query, limit, may_see)

    def _suggest(self, query: Query, limit: int, may_see: frozenset[str]) -> tuple[Suggestion, ...]:
        ranking = self._rank(query, self._neighbours(query), may_see)
        shown = (self._document(number, query.language) for number in ranking.best(limit))
        return tuple(Suggestion(document.id, document.language, document.title) for document in shown)

    def nearer(
        self, text: str, others: tuple[str, ...], *, country: str | None = None, language: str | None = None
    ) -> list[int] | None:
        """Count for each of `others` the solutions that lie nearer to a typed problem than it does.

        None while meaning is not searched; raises Invalid for a text without words.
        """
        query = self.understand(text, country, language)
        neighbours = self._neighbours(query)
        if neighbours is None:
            return None
        cosines = self._engine.cosines(self._embed_query(query.canonical), self._embed_others(others))
        owners = self._owners[np.searchsorted(self._engine.ids, neighbours.ids)]
        return [len(set(owners[neighbours.cosines > each].tolist())) for each in cosines]

    def understand(self, text: str, country: str | None = None, language: str | None = None) -> Query:
        """Normalise a text, tell its language and find the products it names.

        Where the text is too short to tell its language by, that of the country stands in, if it may be it.
        """
        normal = texts.normalise(text)
        if not any(character.isalnum() for character in normal.text):
            raise Invalid(
                "Please describe the problem in a few words; there is no word in this text.", "query"
            )
        spoken = language or texts.detect_language(normal.text) or _spoken_there(normal.text, country)
        products = self._names.find(normal.text, country, spoken)
        canonical = self._names.canonical(normal.text, products)
        return Query(normal.text, normal.cut, spoken, country, products, canonical)

    def ranking(self, query: Query, may_see: frozenset[str] = PUBLIC, *, words_only: bool = False) -> Ranking:
        """Return the scores of all solutions, by their number in `ids`."""
        return self._rank(query, None if words_only else self._neighbours(query), may_see)

    def changed(
        self,
        ids: Collection[str],
        documents: Iterable[Document],
        catalogue: tuple[Product, ...],
        watermark: int,
        known: Mapping[bytes, Vectors] | None = None,
        keep: Keep | None = None,
    ) -> "Index":
        """Return an index in which the solutions `ids` stand as `documents` say, and no other way.

        New text is embedded unless its vector is among the `known`; `keep` is given what was embedded.
        """
        found = entries(documents, name_book(catalogue))
        kept = {entry.key for entry in found}
        gone = {(d.id, d.language) for id_ in ids for d in self._groups.get(id_, ())} - kept
        amended = self._engine.amended(catalogue, found, gone, self._embedder, known, keep)
        return Index(amended, self._embedder, self._decider, self.snapshot_id, watermark)

    def decided_by(self, decider: Decider) -> "Index":
        """Return the same index with another decider; all that it remembers of queries is shared."""
        other = copy.copy(self)
        other._decider = decider
        return other

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of the solutions with these numbers."""
        return [self._solutions[number] for number in numbers]

    def _neighbours(self, query: Query) -> Neighbours | None:
        """Ask the dense leg; None, with the reason in the log, when it fails."""
        if not len(self._engine.ids):
            return None
        try:
            return self._find_neighbours(query.canonical)
        except Exception as error:  # noqa: BLE001 - whatever the engine raises, words can still be searched
            log.error("dense leg failed", reason=type(error).__name__)
            return None

    def _ask_dense_leg(self, text: str) -> Neighbours:
        return self._engine.neighbours(self._embed_query(text))

    def _embed(self, text: str) -> Vectors:
        vector: Vectors = self._embedder.queries([text])[0]
        return vector

    def _embed_texts(self, texts: tuple[str, ...]) -> Vectors:
        canonical = [self._names.canonical(text, self._names.find(text, None, None)) for text in texts]
        return self._embedder.passages(canonical)

    def _rank(self, query: Query, neighbours: Neighbours | None, may_see: frozenset[str]) -> Ranking:
        owners, learned = np.empty(0, dtype=np.int64), np.zeros(self.size, dtype=np.float32)
        if neighbours:
            owners = self._owners[np.searchsorted(self._engine.ids, neighbours.ids)]
        if neighbours and neighbours.learned is not None:
            standing = self._learned >= 0
            learned[self._learned[standing]] = neighbours.learned[standing]
        boosts = Boosts(self._product_boosts(query), self._language_boosts(query.language))
        words = self._engine.words(query.canonical)
        at_home = query.language is not None and query.language.split("-")[0] in self._tongues
        return fuse.fuse(
            neighbours,
            owners,
            words,
            self._owners,
            boosts,
            self._allowed(may_see),
            at_home=at_home,
            learned=learned,
        )

    def _product_boosts(self, query: Query) -> fuse.Floats:
        """Return 1 for solutions of a named product, -1 for those of other products, 0 where it is open."""
        boosts = np.zeros(self.size, dtype=np.float32)
        named = {match.code for match in query.products}
        if named:
            for number, documents in enumerate(self._groups.values()):
                if documents[0].products:
                    boosts[number] = 1.0 if named & set(documents[0].products) else -1.0
        return boosts

    def _find_language_boosts(self, language: str | None) -> fuse.Floats:
        spoken = [any(_same_tongue(d.language, language) for d in group) for group in self._groups.values()]
        return np.array(spoken, dtype=np.float32)

    def _find_allowed(self, may_see: frozenset[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.array([group[0].visibility in may_see for group in self._groups.values()], dtype=np.bool_)

    def _hits(
        self, query: Query, ranking: Ranking, neighbours: Neighbours | None, decision: Decision, limit: int
    ) -> tuple[Hit, ...]:
        best = ranking.best(limit)
        probabilities = decide.spread(decision.probability, ranking.scores[best])
        hits = []
        for number, probability in zip(best, probabilities, strict=True):
            document = self._document(number, query.language)
            told = self._teller.tell(
                document, self._groups[document.id], query.canonical, query.products, neighbours
            )
            score = round(float(ranking.scores[number]), 4)
            hits.append(
                Hit(
                    id=document.id,
                    language=document.language,
                    title=document.title,
                    snippet=told.snippet,
                    score=score,
                    probability=round(probability, 4),
                    products=document.products,
                    why=told.why,
                )
            )
        return tuple(hits)

    def _document(self, number: int, language: str | None) -> Document:
        """Return a solution in the reader's language, else in English, else in its first one."""
        documents = self._groups[self._solutions[number]]
        for wanted in (language, language and language.split("-")[0], "en"):
            for document in documents:
                if wanted and (document.language == wanted or _same_tongue(document.language, wanted)):
                    return document
        return documents[0]


def _groups(documents: Iterable[Document]) -> dict[str, list[Document]]:
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(document.id, []).append(document)
    return groups


def _spoken_there(text: str, country: str | None) -> str | None:
    language = main_language(country) if country else None
    return language if language and texts.may_be(text, language) else None


def _same_tongue(one: str, other: str | None) -> bool:
    return other is not None and one.split("-")[0] == other.split("-")[0]


def open_index(settings: Settings, embedder: Embedder | None = None) -> Index:
    """Load the current snapshot; raises NoIndex, or WrongEmbedder when another one made it."""
    engine = embedder or open_embedder(settings)
    loaded = snapshot.load(settings.index_dir, engine.id or None)
    decider = decide.load_certified(settings.max_wrong, engine.id, settings.data_dir)
    index = Index(loaded.corpus, engine, decider, loaded.id, loaded.watermark)
    texts.load_identifier()  # now: the first customer does not wait a second
    return index
