from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.clean.spans import Span, apply, resolve


def pii(start: int, end: int, label: str = "name", confidence: float = 0.9) -> Span:
    return Span(start, end, "pii", label, f"[{label}]", confidence)


def remark(start: int, end: int) -> Span:
    return Span(start, end, "remark", "contempt", "", 0.9)


def dropped(text: str, part: str) -> str:
    start = text.index(part)
    return apply(text, [remark(start, start + len(part))])


def test_a_place_inside_another_goes_with_it():
    assert resolve([pii(3, 5), pii(0, 9, "address")]) == (pii(0, 9, "address"),)


def test_overlapping_places_are_one_named_by_the_longer_and_as_sure_as_the_weaker():
    joined = resolve([pii(0, 4, "name", 0.9), pii(2, 10, "address", 0.5)])
    assert joined == (pii(0, 10, "address", 0.5),)


def test_neighbours_stay_two():
    assert len(resolve([pii(0, 4), pii(4, 6)])) == 2


def test_personal_data_inside_a_remark_goes_with_the_sentence():
    assert resolve([pii(4, 8), remark(0, 20)]) == (remark(0, 20),)


def test_personal_data_that_reaches_beyond_a_remark_is_cut_at_it():
    assert resolve([pii(0, 6), remark(4, 20), pii(18, 25)]) == (pii(0, 4), remark(4, 20), pii(20, 25))


@pytest.mark.parametrize(
    ("text", "part", "left"),
    [
        ("Pump replaced. Typical. Runs again.", "Typical.", "Pump replaced. Runs again."),
        ("Typical. Runs again.", "Typical.", "Runs again."),
        ("Pump replaced. Typical.", "Typical.", "Pump replaced."),
        ("Pump replaced (typical).", "typical", "Pump replaced."),
        ("Pump replaced.\nTypical.\nRuns.", "Typical.", "Pump replaced.\nRuns."),
        ("Pump replaced. Typical!\nRuns.", "Typical!", "Pump replaced.\nRuns."),
        ("ポンプ交換。またか。正常。", "またか。", "ポンプ交換。正常。"),
        ("Done. Typical, ok", "Typical", "Done. ok"),
    ],
)
def test_a_dropped_sentence_leaves_no_gap(text: str, part: str, left: str):
    assert dropped(text, part) == left


def test_replacements_stand_where_the_words_stood():
    text = "Call Jane Roe at 555, please."
    assert apply(text, [pii(5, 13), pii(17, 20, "phone")]) == "Call [name] at [phone], please."


_places = st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from([pii, remark]))


@given(st.text("ab .,(\n)é", min_size=40, max_size=40), st.lists(_places, max_size=8))
def test_resolved_places_cover_all_that_was_found_and_nothing_else(text: str, places: list):
    spans = [make(start, end) for start, end, make in places if start < end]
    found = resolve(spans)
    assert all(a.end <= b.start for a, b in pairwise(found))
    wanted = {at for span in spans for at in range(span.start, span.end)}
    assert {at for span in found for at in range(span.start, span.end)} == wanted
    assert isinstance(apply(text, found), str)
