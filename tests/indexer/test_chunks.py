from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.chunks import Passage, Section, passages, plain_text, sections, split_words
from kb.documents import Document

ARTICLE = """Before you begin, pull the *plug*.

# Cleaning the **filter**

1. Open the `flap`.
2. Turn the [handle](https://example.com/handle) left.

```
E18
```

| Sound | Meaning |
|---|---|
| hum | blocked |

## Notes &amp; hints
"""


def document(text: str, title: str = "It hums", *phrasings: str) -> Document:
    return Document("hum", "en", (), title, text, phrasings)


def words(count: int, first: int = 0) -> str:
    return " ".join(f"w{number}" for number in range(first, first + count))


def test_markdown_is_split_at_headings_and_its_marks_are_removed():
    assert sections(ARTICLE) == [
        Section("", "Before you begin, pull the plug."),
        Section("Cleaning the filter", "Open the flap. Turn the handle left. E18 Sound Meaning hum blocked"),
        Section("Notes & hints", ""),
    ]


def test_plain_text_keeps_headings_as_sentences():
    assert plain_text("Pull the plug.\n\n## Cleaning\nOpen the **flap**.") == (
        "Pull the plug. Cleaning. Open the flap."
    )


def test_html_in_markdown_stays_text():
    assert sections("Press <b>Start</b> twice") == [Section("", "Press <b>Start</b> twice")]


def test_a_document_gives_title_body_and_phrasings_in_that_order():
    found = list(passages(document("Open it.\n\n## Filter\nClean it.", "It hums", "it makes a noise")))
    assert found == [
        Passage("title", "It hums"),
        Passage("body", "Open it."),
        Passage("body", "Filter. Clean it."),
        Passage("phrasing", "it makes a noise"),
    ]


def test_a_text_that_is_its_own_title_stands_once():
    assert list(passages(document("It hums"))) == [Passage("title", "It hums")]


def test_a_document_without_title_or_text_gives_only_what_it_has():
    assert list(passages(document("Clean it.", ""))) == [Passage("body", "Clean it.")]
    assert list(passages(document("", "It hums"))) == [Passage("title", "It hums")]
    assert list(passages(document("", ""))) == []


def test_every_piece_of_a_long_section_carries_its_heading():
    found = list(passages(document(f"## Filter\n{words(250)}", "")))
    assert [piece.text.split(". ")[0] for piece in found] == ["Filter"] * 3


def test_a_text_of_120_words_is_one_piece_and_a_short_rest_joins():
    assert split_words(words(120)) == [words(120)]
    assert split_words(words(149)) == [words(149)]
    assert split_words(words(150)) == [words(120), words(60, 90)]


def test_white_space_alone_gives_no_piece():
    assert split_words("") == split_words(" \n\t ") == []


@given(count=st.integers(1, 900), size=st.integers(2, 150), share=st.floats(0, 0.5))
def test_pieces_hold_every_word_and_neighbours_share_the_overlap(count: int, size: int, share: float):
    overlap = int(size * share)
    pieces = [piece.split() for piece in split_words(words(count), size, overlap)]
    assert list(chain(*(piece[overlap if number else 0 :] for number, piece in enumerate(pieces)))) == (
        words(count).split()
    )
    for before, after in pairwise(pieces):
        assert before[len(before) - overlap :] == after[:overlap]
    assert all(len(piece) < size + max(overlap, 1) for piece in pieces)


@pytest.mark.parametrize("script", ["水", "ฮ", "か"])
def test_two_characters_stand_for_a_word_where_there_are_no_spaces(script: str):
    pieces = split_words(script * 600)
    assert [len(piece) for piece in pieces] == [240, 240, 240]
    assert split_words(script * 240) == [script * 240]


def test_pieces_keep_the_text_as_it_was_written():
    text = "Drücken Sie, «bitte»,\n E18   zweimal! " * 20
    assert all(piece in text for piece in split_words(text, 20, 5))
