import itertools
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import decide
from indexer.bound import threshold, wrong_limit
from indexer.decide import (
    FEATURES,
    LIST_FEATURES,
    Decider,
    features,
    spread,
)
from indexer.fuse import NONE, Ranking

LEGS = ("dense", "lexical", "cosine", "votes", "learned", "product")


def ranking(*scores: float, **values: Any) -> Ranking:
    """Give a ranking of solutions with these scores; legs that are not named are zero."""
    zeros = [0.0] * len(scores)
    parts = [np.array(values.pop(name, zeros), dtype=np.float32) for name in LEGS]
    return Ranking(np.array(scores, dtype=np.float32), *parts, coverage=0.25, **values)


def classifier(intercept: float, **weights: float) -> dict[str, object]:
    """Describe a classifier that looks at a few features only."""
    size = len(FEATURES)
    return {
        "features": list(FEATURES),
        "means": [0.0] * size,
        "deviations": [1.0] * size,
        "weights": [weights.get(name, 0.0) for name in FEATURES],
        "intercept": intercept,
    }


def limited(*points: tuple[float, int, int]) -> list[list[float]]:
    """Give a curve of (threshold, answered, wrong) with its limits."""
    return [[value, answered, wrong, wrong_limit(wrong, answered)] for value, answered, wrong in points]


def decider(max_wrong: float = 0.1, curve: list[list[float]] | None = None) -> Decider:
    """Give a decider whose probability grows with the deviations of the first hit."""
    part = {
        "first": classifier(0.0, dense=1.0),
        "shown": classifier(1.0, dense=1.0),
        "escalate_below": 0.3,
        "curve": limited((0.9, 29, 0)) if curve is None else curve,
    }
    return Decider({"both": part, "lexical": part}, max_wrong)


def test_what_ships_holds_the_limits_of_its_counts():
    written = json.loads(decide.CALIBRATION.read_text(encoding="utf-8"))
    for leg in decide.LEGS:
        curve = written[leg]["curve"]
        expected = [round(wrong_limit(wrong, answered), 6) for _, answered, wrong, _ in curve]
        assert [limit for *_, limit in curve] == expected


@given(scores=st.lists(st.floats(-10, 10), max_size=6), first=st.floats(0, 1))
def test_probabilities_of_the_shown_fall_and_leave_room_for_each_other(scores: list[float], first: float):
    ordered = np.array(sorted(scores, reverse=True), dtype=np.float32)
    shown = spread(first, ordered)
    assert len(shown) == len(scores)
    assert shown[:1] == [first][: len(scores)]
    assert all(0 <= after <= before for before, after in itertools.pairwise(shown))


def test_a_near_second_hit_is_likelier_than_a_distant_one():
    near, far = spread(0.6, np.array([3.0, 2.9])), spread(0.6, np.array([3.0, 0.5]))
    assert near[1] == pytest.approx(0.4 * 0.6 * math.exp(-0.1), abs=1e-4)
    assert far[1] < near[1] < 0.4


def test_features_describe_the_first_hit():
    described = features(
        ranking(
            2.0, 5.0, 4.5, 3.0, NONE,
            dense=[6, 4, 1, 0, 0], lexical=[0, 2, 3, 0, 0], cosine=[0.9, 0.8, 0.5, 0.1, 0],
            votes=[0, 0.7, 0.3, 0, 0], product=[0, -1, 0, 0, 0],
            typical=0.1, near=0.2, crowd=4, density=1.5,
        ),
        words=6,
    )  # fmt: skip
    rest = described[len(LIST_FEATURES) :].tolist()
    assert dict(zip(LIST_FEATURES, described.tolist(), strict=False)) == pytest.approx(
        {
            "margin_2": 0.5,
            "margin_4": 3.0,
            "cosine": 0.7,
            "dense": 4.0,
            "dense_lag": 2.0,
            "lexical": 2.0,
            "lexical_lag": 1.0,
            "coverage": 0.25,
            "votes": 0.7,
            "length": math.log(7),
            "product": -1.0,
            "near": 0.2,
            "crowd": 4.0,
        }
    )
    assert rest[0] == 1.5
    assert rest[1:] == pytest.approx([1.5 * value for value in described[: len(LIST_FEATURES)]])


def test_features_of_short_lists_are_finite():
    assert features(ranking(), 3).tolist() == [0.0] * len(FEATURES)
    assert np.isfinite(features(ranking(4.0, cosine=[NONE]), 3)).all()
    assert np.isfinite(features(ranking(4.0, 2.0), 3)).all()


@pytest.mark.parametrize(
    ("dense", "action"), [(3.0, "answer"), (1.0, "ask"), (-1.0, "ask"), (-2.5, "escalate")]
)
def test_the_action_follows_the_probability(dense: float, action: str):
    decision, shown = decider().decide(ranking(5.0, dense=[dense]), 5, "both")
    assert decision.action == action
    assert decision.probability == pytest.approx(1 / (1 + math.exp(-dense)))
    assert shown == pytest.approx(1 / (1 + math.exp(-dense - 1)))
    assert (decision.threshold, decision.certified) == (0.9, False)


def test_nothing_is_answered_where_no_threshold_is_proven():
    decision, _ = decider(max_wrong=0.05).decide(ranking(9.0, dense=[9.0]), 5, "both")
    assert (decision.action, decision.threshold > 1) == ("ask", True)


def test_an_empty_list_is_escalated():
    decision, shown = decider().decide(ranking(), 5, "lexical")
    assert (decision.action, decision.probability, shown) == ("escalate", 0.0, 0.0)


def test_a_calibration_for_other_features_is_refused():
    part = {"first": classifier(0), "shown": classifier(0), "escalate_below": 0.3, "curve": []}
    part["first"]["features"] = ["score"]
    with pytest.raises(ValueError, match="made for other features"):
        Decider({"both": part, "lexical": part}, 0.1)


def test_what_ships_prefers_clear_hits():
    shipped = decide.load(0.1)
    names = {"dense": [6.0, 1.0, 0.5, 0.2], "cosine": [0.6, 0.2, 0.1, 0.1], "votes": [0.9, 0.1, 0.0, 0.0]}
    at_home = {"typical": 0.5, "density": 2.0}
    hits = ranking(9.0, 2.0, 1.0, 0.5, lexical=[5.0, 1.0, 0.0, 0.0], near=0.1, crowd=2, **names, **at_home)
    clear, _ = shipped.decide(hits, 6, "both")
    names = {"dense": [2.0, 2.0, 1.9, 1.9], "cosine": [0.2, 0.2, 0.19, 0.19], "votes": [0.1, 0.1, 0.1, 0.1]}
    hits = ranking(2.1, 2.1, 2.0, 2.0, near=-0.3, crowd=9, **names, **at_home)
    muddy, _ = shipped.decide(hits, 6, "both")
    assert clear.probability > 0.6 > 0.4 > muddy.probability


def test_what_ships_accepts_more_the_more_may_be_wrong():
    curve = json.loads(decide.CALIBRATION.read_text(encoding="utf-8"))["both"]["curve"]
    limits = [threshold(curve, rate) for rate in (0.02, 0.05, 0.1, 0.2, 0.3)]
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] < 1
