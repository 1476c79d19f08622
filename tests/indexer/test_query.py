from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from indexer import decide
from indexer.build import build
from indexer.corpus import Corpus, make_corpus
from indexer.embed import Embedder
from indexer.query import WORDS_ONLY, Index, Query, open_index
from indexer.results import SearchResult
from kb.documents import Document
from kb.errors import Invalid, NoIndex, WrongEmbedder
from kb.products import Product
from kb.settings import Settings

EMPLOYEES = frozenset({"public", "customers", "employees"})


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("water stays in the Brumela 300 after washing", "pump-drain"),
        ("the Brumela 500 is full of water", "pump5-drain"),
        ("Meine Brumela 300 pumpt das Wasser nicht ab", "pump-drain"),
        ("la Brisota 500 no desagua", "pump5-drain"),
        ("ブルメラ300の水が抜けません", "pump-drain"),
        ("je ne retrouve plus ma facture", "invoice"),
        ("请再给我发一张发票", "invoice"),
        ("أين أجد نسخة من الفاتورة؟", "invoice"),
        ("dryer orange lamp will not go out", "dryer-light"),
        ("air purifier shows red although nobody smokes", "purifier-light"),
    ],
)
def test_the_solution_comes_first_in_any_language(index: Index, text: str, first: str):
    result = index.search(text)
    assert ids(result)[0] == first
    assert len(ids(result)) == len(set(ids(result))) == 3
    assert (result.degraded, result.cut) == (None, False)


def test_solutions_come_in_the_order_of_their_fit(index: Index):
    assert ids(index.search("Brumela 300 washing machine full of water"))[:2] == ["pump-drain", "pump5-drain"]
    assert ids(index.search("Brumela 500 washing machine full of water"))[:2] == ["pump5-drain", "pump-drain"]
    hits = index.search("Brumela 500 washing machine full of water", limit=10).hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.probability for hit in hits] == sorted((hit.probability for hit in hits), reverse=True)


@pytest.mark.parametrize(
    ("country", "first", "name"),
    [("GB", "dryer-light", "Sorrel dryer"), ("US", "purifier-light", "Aerovel purifier")],
)
def test_a_name_of_two_products_means_the_one_of_the_country(
    index: Index, country: str, first: str, name: str
):
    result = index.search("the light on my Windrel never goes out", country=country)
    assert ids(result)[0] == first
    assert [(match.name, match.matched, match.via) for match in result.products] == [
        (name, "Windrel", "Windrel")
    ]
    assert result.hits[0].why[0] == f"it is about the {name}"


def test_a_named_product_speaks_for_its_solutions_and_against_those_of_others(index: Index):
    for text, expected in (
        ("the Brumela 300 hums", (1, -1, -1, -1, 0, 0)),
        ("Brumela 300 and Brumela 500 hum", (1, 1, -1, -1, 0, 0)),
        ("the washing machine hums", (0, 0, 0, 0, 0, 0)),
    ):
        assert tuple(index.ranking(index.understand(text)).product) == expected


def test_a_name_of_two_products_means_both_where_no_country_tells(index: Index):
    result = index.search("the light on my Windrel never goes out")
    assert {match.code for match in result.products} == {"dryer", "purifier"}
    assert set(ids(result)[:2]) == {"dryer-light", "purifier-light"}
    query = index.understand("my Windrel")
    assert query.canonical == "my Sorrel dryer / Aerovel purifier"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("de", "de"), ("de-AT", "de"), ("en-GB", "en"), ("fr", "en"), (None, "de")],
)
def test_a_hit_is_shown_in_the_readers_language(index: Index, language: str | None, shown: str):
    hit = index.search("Die Brumela 300 pumpt das Wasser nicht ab", language=language).hits[0]
    assert (hit.id, hit.language) == ("pump-drain", shown)
    assert (
        hit.title == {"de": "Die Brumela 300 pumpt nicht ab", "en": "The Brumela 300 does not drain"}[shown]
    )


@pytest.mark.parametrize(
    ("country", "shown"), [("DE", "de"), ("AT", "de"), ("CH", "en"), ("FR", "en"), (None, "en")]
)
def test_the_country_stands_in_where_the_text_does_not_tell_its_language(
    index: Index, country: str | None, shown: str
):
    hit = index.search("Brumela 300 E18", country=country).hits[0]
    assert (hit.id.startswith("pump"), hit.language) == (True, shown)


def test_the_text_tells_more_of_its_language_than_the_country(index: Index):
    hit = index.search("The Brumela 300 does not drain", country="DE").hits[0]
    assert (hit.id, hit.language) == ("pump-drain", "en")


def test_a_solution_without_english_is_shown_in_its_own_language(
    embedder: Embedder, documents: tuple[Document, ...]
):
    german = Index(make_corpus([documents[1]], (), embedder), embedder, decide.load(0.1))
    assert [hit.language for hit in german.search("the machine does not drain", language="fr").hits] == ["de"]


def test_what_one_may_not_see_is_not_there(index: Index):
    asked = "how does an agent refund an order by hand in the ledger"
    assert "refund-by-hand" not in ids(index.search(asked, limit=10))
    assert ids(index.search(asked, may_see=EMPLOYEES))[0] == "refund-by-hand"
    assert "refund-by-hand" not in {each.id for each in index.suggest("how an agent refunds", limit=10)}


def test_a_failing_embedder_leaves_a_search_by_words(corpus: Corpus, broken: Embedder, index: Index):
    words = Index(corpus, broken, decide.load(0.1))
    with capture_logs() as logs:
        result = words.search("clean the lint filter of the Brumela 300")
    assert ids(result)[0] == "pump-drain"
    assert result.degraded == WORDS_ONLY
    assert WORDS_ONLY.startswith("The search by meaning is not available")
    assert [entry["event"] for entry in logs] == ["dense leg failed"]
    assert result.decision.action in ("answer", "ask", "escalate")
    assert words.suggest("copy of an invoice")[0].id == "invoice"
    asked = index.understand("clean the lint filter of the Brumela 300")
    assert result.hits[0].id == index.ids(index.ranking(asked, words_only=True).best(1))[0]


def test_a_failing_embedder_and_no_known_word_is_escalated(corpus: Corpus, broken: Embedder):
    result = Index(corpus, broken, decide.load(0.1)).search("ქქქქ ჟჟჟჟ")
    assert (ids(result), result.decision.action, result.degraded) == ([], "escalate", WORDS_ONLY)


def test_a_long_text_is_cut_and_says_so(index: Index):
    text = "water stays in the Brumela 300 " + "and it is loud " * 200
    result = index.search(text)
    assert result.cut
    assert 1900 < len(result.query) <= 2000
    assert text.startswith(result.query)
    assert not index.search(text[:1999]).cut


@pytest.mark.parametrize("text", ["", "   \n", "😀😀", "?!…", "\x00\x07", "\u200b"])
def test_a_text_without_a_word_is_refused_with_a_sentence(index: Index, text: str):
    with pytest.raises(Invalid, match="Please describe the problem in a few words") as refused:
        index.search(text)
    assert refused.value.field == "query"
    assert index.suggest(text) == ()


@pytest.mark.parametrize(
    "text", ["E18", "5", "水", "a", "💧 leak", "\ud800 pump", "<s></s>", "pump\x00filter"]
)
def test_short_and_odd_texts_are_searched(index: Index, text: str):
    assert len(index.search(text).hits) == 3


def test_a_query_is_understood(index: Index):
    query = index.understand("  Meine  Brummela 300\tpumpt das Wasser nicht ab ", "DE")
    assert query == Query(
        text="Meine Brummela 300 pumpt das Wasser nicht ab",
        cut=False,
        language="de",
        country="DE",
        products=query.products,
        canonical="Meine Brumela 300 pumpt das Wasser nicht ab",
    )
    assert [(match.code, match.matched) for match in query.products] == [("pump", "Brummela 300")]
    assert query.words == 8


def test_the_callers_language_wins_over_the_detected_one(index: Index):
    assert index.search("Meine Maschine pumpt das Wasser nicht ab", language="fr").language == "fr"
    assert index.search("Meine Maschine pumpt das Wasser nicht ab").language == "de"


def test_the_result_says_what_answered(index: Index, embedder: Embedder):
    result = index.search("copy of an invoice")
    assert (result.snapshot, result.embedder) == ("unpublished", embedder.id)
    assert 0 <= result.decision.probability <= result.shown_probability <= 1
    assert result.hits[0].probability == pytest.approx(result.decision.probability, abs=1e-4)
    assert result.hits[0].products == ()
    assert result.hits[0].why == ("its title comes close to this",)


def test_suggestions_are_titles_in_the_readers_language(index: Index):
    german = index.suggest("die brumela 300 pumpt nich", language="de", limit=2)[0]
    assert (german.id, german.language, german.title) == (
        "pump-drain",
        "de",
        "Die Brumela 300 pumpt nicht ab",
    )
    assert [each.id for each in index.suggest("getting a copy of an inv", limit=1)] == ["invoice"]


def test_what_words_suggested_gives_way_when_meaning_is_back(
    corpus: Corpus, broken: Embedder, embedder: Embedder, index: Index
):
    typed = "my laundry swims in the drum and"
    by_meaning, by_words = index.suggest(typed), Index(corpus, broken, decide.load(0.1)).suggest(typed)
    assert by_words != by_meaning
    failing = broken.queries
    flickering = Index(corpus, broken, decide.load(0.1))
    assert flickering.suggest(typed) == by_words
    broken.queries = embedder.queries  # type: ignore[method-assign]
    assert flickering.suggest(typed) == by_meaning
    broken.queries = failing  # type: ignore[method-assign]
    assert flickering.suggest(typed) == by_meaning  # remembered


def test_an_index_without_solutions_escalates(embedder: Embedder, catalogue: tuple[Product, ...]):
    empty = Index(make_corpus([], catalogue, embedder), embedder, decide.load(0.1))
    result = empty.search("the Brumela 300 does not drain")
    assert (ids(result), result.decision.action, empty.size) == ([], "escalate", 0)
    assert [match.code for match in result.products] == ["pump"]
    assert empty.suggest("invoice") == ()


def test_many_threads_get_the_answers_of_one(index: Index):
    texts = ["the Brumela 300 is full of water", "請求書", "Windrel light", "facture", "orange lamp"] * 8
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(index.search, texts))
    assert together == [index.search(text) for text in texts]


def test_the_published_index_is_opened(
    tmp_path: Path, documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
):
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(NoIndex):
        open_index(settings, embedder)
    id_ = build(documents, catalogue, 1, embedder, settings.index_dir)
    opened = open_index(settings, embedder)
    assert (opened.snapshot_id, opened.size) == (id_, 6)
    assert ids(opened.search("copy of an invoice"))[0] == "invoice"


def test_an_index_of_another_embedder_is_refused_with_what_to_do(
    tmp_path: Path, documents: tuple[Document, ...], embedder: Embedder, broken: Embedder
):
    settings = Settings(data_dir=tmp_path)
    build(documents[:1], (), 1, embedder, settings.index_dir)
    broken.id = "another-embedder"  # type: ignore[misc]
    with pytest.raises(WrongEmbedder) as refused:
        open_index(settings, broken)
    assert str(refused.value) == (
        f"The index was made with the embedder “{embedder.id}”, and “another-embedder” is set. "
        "Run “precedent index” to make it anew, or set PRECEDENT_EMBEDDER back."
    )


def test_a_question_that_comes_again_is_encoded_once(corpus: Corpus, watched: Callable[[], Embedder]):
    embedder, asked = watched(), []
    encode = embedder.queries
    embedder.queries = lambda texts: asked.extend(texts) or encode(texts)
    index = Index(corpus, embedder, decide.load(0.1))
    first = index.search("The Brumela 300 does not drain")
    again = index.search("  The Brumela 300\n does not  drain ")
    abroad = index.search("The Brisota 300 does not drain", country="ES")
    assert asked == [
        "The Brumela 300 does not drain"
    ]  # white space and names of other countries are the same
    assert first.hits == again.hits
    assert [hit.id for hit in abroad.hits] == [hit.id for hit in first.hits]
    changed = index.changed(["invoice"], [], corpus.catalogue, 2)
    changed.search("The Brumela 300 does not drain")
    assert len(asked) == 2  # an index that changed remembers nothing


def test_a_failure_is_not_remembered(corpus: Corpus, watched: Callable[[], Embedder], broken: Embedder):
    embedder = watched()
    works, embedder.queries = embedder.queries, broken.queries
    index = Index(corpus, embedder, decide.load(0.1))
    assert index.search("copy of my invoice").degraded
    embedder.queries = works
    assert index.search("copy of my invoice").degraded is None
