import pytest

from kb.names import endings
from kb.names.pieces import pieces


@pytest.mark.parametrize(
    ("name", "rest", "language", "fits"),
    [
        ("brumela", "s", "en", True),
        ("brumela", "filter", "en", False),
        ("brumela", "filter", "de", True),
        ("brumela", "filter", None, True),
        ("marlune300", "s", "de", False),
        ("다나", "를", "ko", True),
        ("다나", "까지도", "ko", True),
        ("다나", "와에서", "ko", False),
        ("아쿠아플로우", "필터", "ko", True),
    ],
)
def test_what_may_follow_a_name(name: str, rest: str, language: str | None, fits: bool):
    assert endings.may_follow(name, rest, language) is fits


@pytest.mark.parametrize(
    ("name", "stems"),
    [("brumela", ["brumel"]), ("dalgacik", ["dalgacig"]), ("windrel", []), ("uno", []), ("marlune300", [])],
)
def test_cases_change_the_stem(name: str, stems: list[str]):
    assert list(endings.changed_stems(name)) == stems


@pytest.mark.parametrize(
    ("name", "rest", "language", "explained"),
    [
        ("брумела", "ои", "ru", True),
        ("брумела", "ист", "ru", False),
        ("brumela", "y", "cs", True),
        ("brumela", "y", "en", False),
        ("dalgacik", "i", "tr", True),
        ("dalgacik", "lar", "tr", False),
    ],
)
def test_a_changed_stem_needs_a_case_of_the_language(name: str, rest: str, language: str, explained: bool):
    assert endings.stem_changed(name, rest, language) is explained


def test_what_is_written_onto_an_arabic_word_is_taken_off():
    text = "وبالكنّوسة"
    (piece,) = pieces(text)
    assert "كنوسة" in [bare.text for bare in endings.bare(piece, text)]
    assert all(text[bare.start : bare.end] for bare in endings.bare(piece, text))
    assert list(endings.bare(pieces("Windrel")[0], "Windrel")) == []


@pytest.mark.parametrize(
    ("word", "language", "number"),
    [
        ("300er", "de", "300"),
        ("300ün", "tr", "300"),
        ("300den", "tr", "300"),
        ("300w", "de", None),
        ("300er", "en", None),
    ],
)
def test_a_number_takes_the_endings_of_its_language(word: str, language: str, number: str | None):
    (piece,) = pieces(word)
    bare = endings.bare_number(piece, language)
    assert (bare.text if bare else None) == number
