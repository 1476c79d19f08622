"""An index that was changed answers as one that was made of the same documents at once."""

from dataclasses import replace

import numpy as np
import pytest

from indexer import decide
from indexer.corpus import make_corpus
from indexer.embed import Embedder
from indexer.query import Index
from indexer.results import SearchResult
from kb.documents import Document
from kb.errors import Unavailable
from kb.products import Product

ASKED = (
    ("The Brisota 300 does not drain", "ES"),
    ("wo bekomme ich eine rechnung", "DE"),
    ("my windrel glows red", "US"),
    ("the hinge of the lid squeaks", None),
    ("領収書", "JP"),
    ("water stays in the drum", None),
)
NEW = Document("lid", "en", (), "The lid squeaks", "Oil the **hinge** once a year.", ("squeaky lid",))


@pytest.fixture(scope="module")
def before(documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder) -> Index:
    return Index(make_corpus(documents, catalogue, embedder), embedder, decide.load(0.1), watermark=1)


def found(index: Index, text: str, country: str | None) -> SearchResult:
    return index.search(text, country=country, limit=5)


def ids(result: SearchResult) -> list[tuple[str, str]]:
    return [(hit.id, hit.language) for hit in result.hits]


def same(changed: Index, whole: Index) -> None:
    """Compare what two indexes find, in order; the statistics of the changed one are a little older."""
    for text, country in ASKED:
        one, other = found(changed, text, country), found(whole, text, country)
        assert ids(one)[:2] == ids(other)[:2], text
        assert [hit.snippet for hit in one.hits[:1]] == [hit.snippet for hit in other.hits[:1]]


def test_a_new_solution_is_found(before: Index, documents: tuple[Document, ...], embedder: Embedder):
    changed = before.changed(["lid"], [NEW], before.catalogue, 2)
    assert (changed.watermark, changed.size, before.size) == (2, before.size + 1, before.size)
    assert ids(found(changed, "the hinge of the lid squeaks", None))[0] == ("lid", "en")
    assert ids(found(changed, "squeaky lid", None))[0] == ("lid", "en")
    assert ("lid", "en") not in ids(found(before, "squeaky lid", None))
    same(changed, whole((*documents, NEW), before, embedder))


def whole(documents: tuple[Document, ...], like: Index, embedder: Embedder) -> Index:
    return Index(make_corpus(documents, like.catalogue, embedder), embedder, decide.load(0.1))


def test_a_withdrawn_solution_is_gone_in_all_languages(
    before: Index, documents: tuple[Document, ...], embedder: Embedder
):
    changed = before.changed(["invoice"], [], before.catalogue, 2)
    assert changed.size == before.size - 1
    for text in ("Getting a copy of an invoice", "領収書をもう一度受け取る"):
        assert ids(found(before, text, None))[0][0] == "invoice"
        assert "invoice" not in [id_ for id_, _ in ids(found(changed, text, None))]
    same(changed, whole(tuple(d for d in documents if d.id != "invoice"), before, embedder))


def test_one_translation_can_go_and_come_back(
    before: Index, documents: tuple[Document, ...], embedder: Embedder
):
    english, japanese = (d for d in documents if d.id == "invoice")
    without = before.changed(["invoice"], [english], before.catalogue, 2)
    assert ids(without.search("領収書", language="ja"))[0] == ("invoice", "en")
    again = without.changed(["invoice"], [english, japanese], before.catalogue, 3)
    assert ids(again.search("領収書", language="ja"))[0] == ("invoice", "ja")
    assert again._engine.delta.entries == ()
    same(again, before)


def test_a_changed_text_replaces_the_old_one_and_keeps_its_phrasings(
    before: Index, documents: tuple[Document, ...], embedder: Embedder
):
    old = documents[0]
    new = replace(old, text="Turn the white knob under the sill until it clicks.", visibility="public")
    changed = before.changed([old.id], [new, documents[1]], before.catalogue, 2)
    hit = found(changed, "turn the white knob", None).hits[0]
    assert (hit.id, hit.snippet) == (old.id, "Turn the white knob under the sill until it clicks.")
    assert ids(found(changed, old.phrasings[0], None))[0] == (old.id, "en")
    assert "lint" not in " ".join(hit.snippet for hit in found(changed, "lint filter flap", None).hits)
    same(changed, whole((new, *documents[1:]), before, embedder))


def test_what_may_not_be_seen_any_more_is_not_shown(before: Index, documents: tuple[Document, ...]):
    hidden = [replace(d, visibility="employees") for d in documents if d.id == "invoice"]
    changed = before.changed(["invoice"], hidden, before.catalogue, 2)
    assert "invoice" not in [id_ for id_, _ in ids(found(changed, "copy of an invoice", None))]
    seen = changed.search("copy of an invoice", may_see=frozenset({"public", "employees"}))
    assert ids(seen)[0][0] == "invoice"


def test_after_many_changes_just_what_stands_is_found(before: Index, documents: tuple[Document, ...]):
    index, standing = before, {(d.id, d.language): d for d in documents}
    random = np.random.default_rng(7)
    keys = sorted({d.id for d in documents})
    for step in range(30):
        id_ = str(random.choice(keys))
        if random.random() < 0.4:
            new = []
        else:
            new = [replace(d, text=f"{d.text} Version {step}.") for d in documents if d.id == id_]
        index = index.changed([id_], new, before.catalogue, step)
        standing = {key: d for key, d in standing.items() if key[0] != id_}
        standing |= {(d.id, d.language): d for d in new}
    expected = {(d.id, d.language): d.text for d in standing.values()}
    assert {(d.id, d.language): d.text for d in index._engine.documents} == expected
    assert 0 < len(standing) < len(documents)
    for (id_, language), document in standing.items():
        result = index.search(document.title, language=language, may_see=frozenset({document.visibility}))
        assert ids(result)[0] == (id_, language)


def test_an_index_of_nothing_can_grow(embedder: Embedder):
    empty = Index(make_corpus((), (), embedder), embedder, decide.load(0.1))
    grown = empty.changed(["lid"], [NEW], (), 1)
    assert ids(found(grown, "squeaky lid", None)) == [("lid", "en")]
    assert ids(found(grown.changed(["lid"], [], (), 2), "squeaky lid", None)) == []


def test_a_name_that_is_new_is_understood_at_once(before: Index):
    first = before.catalogue[0]
    more = (
        replace(first, names=(*first.names, type(first.names[0])("Wavelet", "AU"))),
        *before.catalogue[1:],
    )
    changed = before.changed([], [], more, 2)
    match = changed.search("my Wavelet does not drain", country="AU").products[0]
    assert (match.matched, match.code) == ("Wavelet", first.code)


def test_what_was_embedded_is_kept_and_what_is_known_taken_over(before: Index, watched):
    kept: dict[bytes, np.ndarray] = {}
    before.changed(["lid"], [NEW], before.catalogue, 2, keep=lambda d, v: kept.update(zip(d, v, strict=True)))
    assert len(kept) == 3
    other = watched()
    index = Index(before._engine, other, decide.load(0.1))
    index.changed(["lid"], [NEW], before.catalogue, 2, known=kept)
    assert other.seen == []


def test_an_embedder_that_fails_leaves_the_index_as_it_was(before: Index, broken: Embedder):
    index = Index(before._engine, broken, decide.load(0.1))
    with pytest.raises(RuntimeError, match="out of memory"):
        index.changed(["lid"], [NEW], before.catalogue, 2)
    assert index.size == before.size


def test_it_says_when_it_is_time_to_index_anew(before: Index):
    assert before.roomy
    many = [Document(f"m{n}", "en", (), f"Question {n}", "") for n in range(51)]
    assert not before.changed([d.id for d in many], many, before.catalogue, 2).roomy
    assert before.changed([d.id for d in many[:50]], many[:50], before.catalogue, 2).roomy


def test_without_an_embedder_words_are_searched_and_it_is_said(before: Index):
    from indexer.embed import AbsentEmbedder

    index = Index(before._engine, AbsentEmbedder("The cache is gone."), decide.load(0.1))
    result = index.search("copy of an invoice")
    assert (ids(result)[0][0], result.degraded is not None) == ("invoice", True)
    with pytest.raises(Unavailable, match="The cache is gone"):
        index.changed(["lid"], [NEW], before.catalogue, 2)
