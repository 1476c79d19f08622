import pytest

from indexer.corpus import Corpus
from indexer.dense import Neighbours
from indexer.embed import Embedder
from indexer.results import SNIPPET_LENGTH, Teller, Told, snippet
from kb.documents import Document
from kb.products import NameBook, Product, ProductMatch

LONG = " ".join(
    f"Sentence number {number} speaks of nothing that anybody would ever ask for at night."
    for number in range(6)
)


def test_a_short_piece_is_shown_whole():
    assert snippet("Clean the filter. Then start.", "start") == "Clean the filter. Then start."


def test_a_snippet_begins_with_the_sentence_that_shares_most():
    piece = f"{LONG} Rinse both sieves under warm water and let them dry for a whole day! {LONG}"
    shown = snippet(piece, "how do I rinse the sieves")
    assert shown.startswith("… Rinse both sieves under warm water")
    assert shown.endswith("…")
    assert len(shown) <= SNIPPET_LENGTH + len("… …")


def test_a_snippet_at_the_end_begins_earlier_to_be_long_enough():
    shown = snippet(f"{LONG} Rinse both sieves.", "rinse the sieves")
    assert shown.startswith("… Sentence number ")
    assert shown.endswith("Rinse both sieves.")
    assert SNIPPET_LENGTH // 2 <= len(shown) <= SNIPPET_LENGTH + 4


def test_the_first_of_equal_sentences_is_taken():
    assert snippet(LONG, "something else entirely: 発票").startswith("Sentence number 0")


def test_a_snippet_ends_at_a_word():
    shown = snippet("wonderful " * 60, "x")
    assert shown.removesuffix("…").split() == ["wonderful"] * (len(shown) // 10)
    assert len(shown) <= SNIPPET_LENGTH + 1


def test_a_text_without_spaces_is_cut_at_its_length():
    piece = "フィルターを洗ってください。" * 3 + "水が抜けないときは電源を切ります。" * 20
    shown = snippet(piece, "水が抜けない")
    assert shown == "… " + ("水が抜けないときは電源を切ります。" * 20)[:SNIPPET_LENGTH] + "…"
    assert len(snippet("水" * 900, "水")) == SNIPPET_LENGTH + 1


@pytest.mark.parametrize("piece", ["", " ", "…", "x" * 1000, ". " * 400])
def test_odd_pieces_do_no_harm(piece: str):
    assert len(snippet(piece, "pump")) <= SNIPPET_LENGTH + 4


@pytest.fixture(scope="module")
def teller(corpus: Corpus, catalogue: tuple[Product, ...]) -> Teller:
    return Teller(corpus, NameBook(catalogue))


def tell(
    teller: Teller,
    corpus: Corpus,
    embedder: Embedder,
    text: str,
    shown: tuple[str, str],
    products: tuple[ProductMatch, ...] = (),
) -> Told:
    found: dict[tuple[str, str], Document] = {(d.id, d.language): d for d in corpus.documents}
    near: Neighbours = corpus.dense.search(embedder.queries([text])[0])
    translations = [document for key, document in found.items() if key[0] == shown[0]]
    return teller.tell(found[shown], translations, text, products, near)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The Brumela 300 does not drain", "its title comes close to this"),
        ("Open the flap at the bottom and clean the filter", "a part of it comes close to this"),
        (
            "water stays in the drum after the wash",
            "another customer described something close to this",
        ),
    ],
)
def test_a_hit_says_why_it_was_found(
    teller: Teller, corpus: Corpus, embedder: Embedder, text: str, reason: str
):
    assert tell(teller, corpus, embedder, text, ("pump-drain", "en")).why == (reason,)


def test_a_named_product_is_a_reason(teller: Teller, corpus: Corpus, embedder: Embedder):
    named = ProductMatch("pump", "Brumela 300", "Brisota 300", "Brisota 300", 0, 11, "ES")
    told = tell(teller, corpus, embedder, "Brumela 300 no desagua", ("pump-drain", "en"), (named,))
    assert told.why[0] == "it is about the Brumela 300"
    other = tell(teller, corpus, embedder, "Brumela 300 no desagua", ("invoice", "en"), (named,))
    assert "Brumela" not in " ".join(other.why)


def test_a_phrasing_is_never_shown(teller: Teller, corpus: Corpus, embedder: Embedder):
    told = tell(teller, corpus, embedder, "water stays in the drum after the wash", ("pump-drain", "en"))
    assert told.snippet.startswith("Open the flap at the bottom and clean the lint filter.")
    assert "drum" not in told.snippet


def test_the_snippet_is_of_the_shown_translation(teller: Teller, corpus: Corpus, embedder: Embedder):
    told = tell(teller, corpus, embedder, "clean the lint filter of the pump", ("pump-drain", "de"))
    assert told.snippet.startswith("Öffnen Sie die Klappe unten und reinigen Sie das Flusensieb.")


def test_without_neighbours_words_are_the_reason(teller: Teller, corpus: Corpus):
    document = corpus.documents[0]
    told = teller.tell(document, [document], "lint filter", (), None)
    assert told.why == ("it uses the same words",)
    assert told.snippet.startswith("Open the flap")
