import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.clean.view import fold


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("j.roe＠example．com", "j.roe@example.com"),
        ("j\u200b.r\u2060oe@exa\u00admple.com", "j.roe@example.com"),
        ("\u202ejane\u202c", "jane"),
        ("jаnе@ехаmрlе.соm", "jane@example.com"),
        ("jane@ехамрԼе", "jane@ехамрԼе"),
        ("Jаne Rое", "Jane Roe"),
        ("USB-кабель", "USB-кабель"),
        ("Насос е18", "Насос е18"),
        ("٠٩٠-१२३", "090-123"),
        ("０９０", "090"),
        ("jane&#64;example&period;com", "jane@example.com"),
        ("Ma\u0308dchen", "M\u00e4dchen"),
        ("\u1112\u1161\u11ab", "한"),
        ("ｶﾞｽ", "ガス"),
        ("ﬁx", "fix"),
        ("", ""),
    ],
)
def test_the_view_shows_what_people_see(text: str, seen: str):
    assert fold(text).text == seen


def test_a_place_in_the_view_is_one_in_the_original():
    text = "write to ｊ\u200bane&#64;example．com now"
    view = fold(text)
    start = view.text.index("jane@example.com")
    assert text[slice(*view.span(start, start + 16))] == "ｊ\u200bane&#64;example．com"


@given(st.text(st.sampled_from("aе1٣é\u0301\u200bﬁ&#64;＠が\u3099") | st.characters(), max_size=200))
def test_places_go_in_order_and_lie_in_the_text(text: str):
    view = fold(text)
    places = [view.span(at, at + 1) for at in range(len(view.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(places))
    for letter, (start, end) in zip(view.text, places, strict=True):
        if letter.isascii() and letter.isalpha() and end - start == 1 and text[start].isascii():
            assert text[start] == letter


@pytest.mark.parametrize(
    "piece", ["a", "é", "a\u200b", "\u0301", "ﬁ", "&#64;", "&", "аa", "a@", "漢", "ａ", "\u1100"]
)
def test_folding_is_linear(piece: str):
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    fold(text)
    assert time.process_time() - began < 5
