import pytest

from kb.names.spelling import Spelling, number_letters, spell


@pytest.mark.parametrize(
    ("name", "whole", "short"),
    [
        ("Marlune 300", Spelling("marlune300", "300", 2, 2), Spelling("marlune", "", 1, 1)),
        ("LavaBien 300", Spelling("lavabien300", "300", 2, 3), Spelling("lavabien", "", 1, 2)),
        ("Crevanto E40 Plus", Spelling("crevantoe40plus", "e40", 3, 4), Spelling("crevanto", "", 1, 1)),
        ("Marlune300", Spelling("marlune300", "300", 1, 2), Spelling("marlune", "", 1, 1)),
        ("Ventor II", Spelling("ventor2", "2", 2, 2), Spelling("ventor", "", 1, 1)),
        ("كنّوس R7", Spelling("كنوسr7", "r7", 2, 3), Spelling("كنوس", "", 1, 1)),
        ("Uno 2", Spelling("uno2", "2", 2, 2), None),
        ("OV-WM300", Spelling("ovwm300", "wm300", 2, 3), None),
        ("300", Spelling("300", "300", 1, 1), None),
        ("Windrel", Spelling("windrel", "", 1, 1), None),
        ("…", Spelling("", "", 0, 0), None),
    ],
)
def test_a_name_is_looked_up_whole_and_without_its_number(name: str, whole: Spelling, short: Spelling | None):
    assert spell(name) == (whole, short)


@pytest.mark.parametrize(
    ("word", "letters"),
    [("300", ""), ("300w", ""), ("e40", "e"), ("wm300", "wm"), ("flow3", None), ("pump", None), ("", None)],
)
def test_the_letters_of_a_number(word: str, letters: str | None):
    assert number_letters(word) == letters
