from pathlib import Path

import pytest

from kb.names.ordinary import is_word
from tests.kb.names.company import BOOK

# Country, language, codes of the products that are meant, text. Most have none, but a word that is a name.
SENTENCES = (Path(__file__).parent / "sentences.tsv").read_text("utf-8").splitlines()
# Where nothing in the text tells the word from the name, or the vocabulary does not have the word.
FALSE_ALARMS = [
    "Note that the door was closed all night",
    "j'ai nettoyé le bac et rien ne change",
    "une petite étoile clignote sur l'écran",
]


def misread() -> tuple[list[str], list[str]]:
    """Return the sentences with a product that is not meant, and those in which one is missed."""
    alarms, missed = [], []
    for line in SENTENCES:
        country, language, meant, text = line.split("\t")
        found = {match.code for match in BOOK.find(text, country, language)}
        if found - set(meant.split()):
            alarms.append(text)
        if set(meant.split()) - found:
            missed.append(text)
    return alarms, missed


def test_the_sentences_are_many_in_many_languages():
    rows = [line.split("\t") for line in SENTENCES]
    assert len({text for *_, text in rows}) == len(rows) == 215
    assert len({language for _, language, *_ in rows}) == 16
    assert sum(not meant for _, _, meant, _ in rows) == 115


def test_words_are_told_from_names():
    assert misread() == (FALSE_ALARMS, [])


@pytest.mark.parametrize(
    "word", ["golf", "punto", "smart", "note", "air", "star", "bring", "vento", "yildiz", "звезда", "lava"]
)
def test_what_people_write_small_is_an_ordinary_word(word: str):
    assert is_word(word)


@pytest.mark.parametrize("word", ["toyota", "samsung", "roma", "marlune", "windrel", "", "a\nb", "エア"])
def test_names_are_no_ordinary_words(word: str):
    assert not is_word(word)


@pytest.mark.parametrize(
    ("text", "country", "language", "found"),
    [
        ("the Punto hums", "US", "en", ["mixer"]),  # a capital that nothing else explains
        ("the punto hums", "US", "en", []),
        ("The punto hums", "IT", "en", []),
        ("Punto hums", "IT", "it", ["mixer"]),  # it may begin a sentence where the name is at home
        ("Punto hums", "US", "en", []),
        ("It hums. Punto off", "US", "en", []),
        ("MY MIXER HUMS, PUNTO TOO", "US", "en", ["mixer"]),  # a mixer is what the Punto is
        ("MY ORDER SAYS PUNTO", "US", "en", []),
        ("il mio nuovo punto ronza", "IT", "it", ["mixer"]),  # people own a thing
        ("il mio nuovo punto ronza", "FR", "fr", []),
        ("punto", None, None, ["mixer"]),
        ("Punto's", None, None, ["mixer"]),
        ("my old golf hums", "DE", "de", ["mixer"]),
        ("der Golf brummt", "DE", "de", ["mixer"]),  # German nouns: the capital says nothing elsewhere
        ("Notizen und Golf", "US", "de", ["mixer"]),
        ("das ist Punto für Punto falsch", "US", "de", []),
        ("Smartphones", "DE", "de", []),
        ("the Pnuto hums", "US", "en", ["mixer"]),
        ("the ponto hums", "US", "en", []),
    ],
)
def test_an_ordinary_word_needs_support(
    text: str, country: str | None, language: str | None, found: list[str]
):
    assert [match.code for match in BOOK.find(text, country, language)] == found


def test_a_document_about_the_product_speaks_for_its_name():
    text = "Air in winter. Air needs a dry room."
    assert [match.code for match in BOOK.find(text, language="fr", among=["pur"])] == ["pur", "pur"]
    assert BOOK.find(text, language="fr") == ()
