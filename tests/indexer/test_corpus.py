import dataclasses
from collections.abc import Callable

import numpy as np

from indexer.chunks import Passage
from indexer.corpus import Corpus, make_corpus
from indexer.embed import Embedder
from indexer.rows import passage_row
from kb.documents import Document
from kb.products import NameBook, Product

Watch = Callable[[], Embedder]


def rows(corpus: Corpus) -> set[tuple[str, str, bytes]]:
    """Return the passages by the id and language of their document."""
    owners = (corpus.documents[owner] for owner in corpus.owners)
    return {
        (d.id, d.language, digest.tobytes()) for d, digest in zip(owners, corpus.segment.digests, strict=True)
    }


def test_every_passage_has_its_vector_and_its_document(
    corpus: Corpus, documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
):
    book = NameBook(catalogue)
    row = passage_row(documents[0], Passage("phrasing", "water stays in the drum after the wash"), book)
    place = corpus.ids.tolist().index(row.id)
    assert corpus.documents[corpus.owners[place]].id == "pump-drain"
    assert np.array_equal(corpus.segment.vectors[place], embedder.passages([row.text])[0])
    assert corpus.ids.tolist() == sorted(corpus.ids.tolist())
    assert len(corpus.ids) == corpus.dense.size == corpus.lexical.size == 2 * len(documents) + 1


def test_phrasings_are_matched_and_never_kept(corpus: Corpus, documents: tuple[Document, ...]):
    assert [d.phrasings for d in corpus.documents] == [()] * len(documents)
    assert corpus.documents[0] == dataclasses.replace(documents[0], phrasings=())


def test_names_are_canonical_in_what_is_matched(catalogue: tuple[Product, ...]):
    book = NameBook(catalogue)
    spanish = Document("x", "es", ("pump",), "La Brisota 300 no desagua", "El filtro está sucio.")
    assert passage_row(spanish, Passage("title", spanish.title), book).text == ("La Brumela 300 no desagua")
    body = passage_row(spanish, Passage("body", "El filtro está sucio."), book)
    assert body.text == "La Brumela 300 no desagua. El filtro está sucio."


def test_a_shared_name_means_the_product_of_the_document(catalogue: tuple[Product, ...]):
    book, texts = NameBook(catalogue), []
    for code in ("dryer", "purifier"):
        document = Document("x", "en", (code,), "The Windrel glows", "")
        texts.append(passage_row(document, Passage("title", document.title), book).text)
    assert texts == ["The Sorrel dryer glows", "The Aerovel purifier glows"]


def test_an_id_names_a_place_and_a_text_for_ever(catalogue: tuple[Product, ...]):
    book = NameBook(catalogue)
    one = Document("x", "en", (), "Title", "")
    ids = [
        passage_row(document, Passage(kind, text), book).id
        for document, kind, text in (
            (one, "title", "Title"),
            (one, "phrasing", "Title"),
            (one, "title", "Other"),
            (dataclasses.replace(one, language="de"), "title", "Title"),
            (dataclasses.replace(one, id="y"), "title", "Title"),
        )
    ]
    assert len(set(ids)) == 5
    assert ids[0] == passage_row(one, Passage("title", "Title"), book).id == 6919264556412643126
    assert all(0 <= id_ < 2**63 for id_ in ids)


def test_equal_texts_are_embedded_once(watched: Watch):
    embedder = watched()
    twins = [Document(name, "en", (), "It hums", "Clean it.") for name in ("one", "two")]
    corpus = make_corpus(twins, (), embedder)
    assert sorted(embedder.seen) == ["It hums", "It hums. Clean it."]
    assert len(corpus.ids) == 4


def test_only_new_texts_are_embedded(
    corpus: Corpus, documents: tuple[Document, ...], catalogue: tuple[Product, ...], watched: Watch
):
    embedder = watched()
    changed = [dataclasses.replace(documents[0], phrasings=("it gurgles",)), *documents[1:]]
    again = make_corpus(changed, catalogue, embedder, corpus.known_vectors())
    assert embedder.seen == ["it gurgles"]
    fresh = make_corpus(changed, catalogue, embedder)
    assert np.array_equal(again.segment.vectors, fresh.segment.vectors)
    assert len(rows(again) & rows(corpus)) == len(corpus.ids) - 1


def test_progress_says_how_much_of_how_much(embedder: Embedder, documents: tuple[Document, ...]):
    steps: list[tuple[str, int, int]] = []
    make_corpus(documents[:2], (), embedder, progress=lambda *step: steps.append(step))
    assert steps == [("embedding", done, 5) for done in range(1, 6)]


def test_no_document_makes_an_empty_corpus(embedder: Embedder):
    empty = make_corpus([], (), embedder)
    assert (empty.segment.vectors.shape, empty.segment.digests.shape, len(empty.ids)) == (
        (0, 768),
        (0, 16),
        0,
    )
