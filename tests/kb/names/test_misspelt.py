from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from kb.names.misspelt import Misspellings, allowed
from kb.names.pieces import pieces, windows
from kb.names.spelling import spell

NAMES = ["Brumela", "Windrel", "Trockenwonne", "Aerovelle", "Kuruvelle", "Dustrel"]
SPELLINGS = [spell(name).whole for name in NAMES]
KNOWN = Misspellings(SPELLINGS)


def near(text: str) -> list[tuple[str, str, int]]:
    row = pieces(text)
    return [
        (each.window.text, each.spelling.key, each.errors)
        for each in KNOWN.near(list(windows(row, 2, 20)), row)
    ]


@pytest.mark.parametrize(
    ("name", "errors"),
    [("uno", 0), ("clio", 1), ("clio20", 1), ("em40", 0), ("brumela", 1), ("em4000000", 0), ("aerovelle", 2)],
)
def test_errors_are_allowed_by_length(name: str, errors: int):
    assert allowed(name) == errors


def test_each_window_is_compared_with_each_name():
    assert near("my Brumla and Trokenwone") == [("brumla", "brumela", 1), ("trokenwone", "trockenwonne", 2)]
    assert near("Bumla") == near("wheel") == near("") == []


@given(st.lists(st.text("abdelmnoruvwtk", min_size=4, max_size=13), min_size=1, max_size=6))
def test_the_bounds_lose_nothing(words: list[str]):
    row = pieces(" ".join(words + NAMES[:1]) + " Wnidrel")
    single = list(windows(row, 1, 20))
    found = {(each.window.text, each.spelling.key) for each in KNOWN.near(single, row)}
    every = {
        (window.text, spelled.key)
        for window, spelled in product(single, SPELLINGS)
        if 0 < OSA.distance(window.text, spelled.key) <= allowed(spelled.key)
    }
    assert found == every
    assert ("wnidrel", "windrel") in found


def test_a_very_long_word_is_near_to_nothing():
    assert near("brumela" * 300) == []
