import numpy as np
import pytest

from indexer.dense import Neighbours
from indexer.fuse import (
    LANGUAGE_BOOST,
    LEARNED_WEIGHT,
    LEXICAL_WEIGHT,
    NONE,
    PRODUCT_BOOST,
    Boosts,
    Ranking,
    fuse,
)
from indexer.lexical import LexicalScores

# Three solutions; passages 0 and 1 belong to the first, 2 to the second, 3 and 4 to the third.
NAMES = ("drain", "invoice", "wifi")
OWNERS = np.array([0, 0, 1, 2, 2])
ALL = np.ones(3, dtype=bool)
NO_WORDS = LexicalScores(np.zeros(5, dtype=np.float32), 0.0)


def near(*cosines: float, mean: float = 0.2, deviation: float = 0.1) -> Neighbours:
    """Give neighbours, best first; their ids are of no interest here."""
    values = np.array(cosines, dtype=np.float32)
    return Neighbours(np.arange(len(values)), values, mean, deviation)


def said(coverage: float, *scores: float) -> LexicalScores:
    return LexicalScores(np.array(scores, dtype=np.float32), coverage)


def boosts(product: tuple[float, ...] = (0, 0, 0), language: tuple[float, ...] = (0, 0, 0)) -> Boosts:
    return Boosts(np.array(product, dtype=np.float32), np.array(language, dtype=np.float32))


def order(ranking: Ranking) -> list[str]:
    return [NAMES[number] for number in ranking.best(3)]


def test_a_sum_of_deviations_and_votes_as_by_hand():
    ranking = fuse(
        near(0.8, 0.5, 0.4),
        np.array([1, 2, 1]),
        said(0.5, 2, 0, 0, 0, 3),
        OWNERS,
        boosts(),
        ALL,
        at_home=True,
    )
    scores = np.array([2, 0, 0, 0, 3])
    words = [(2 - 1.0) / scores.std(), (0 - 1.0) / scores.std(), (3 - 1.0) / scores.std()]
    ballots = np.exp((np.array([0.8, 0.5, 0.4]) - 0.8) / 0.06)
    shares = ballots / ballots.sum()
    votes = [0, shares[0] + shares[2], shares[1]]
    dense = [(0.4 - 0.2) / 0.1, (0.8 - 0.2) / 0.1, (0.5 - 0.2) / 0.1]  # what lies deeper counts as the last
    assert ranking.votes.tolist() == pytest.approx(votes, abs=1e-5)
    assert ranking.dense.tolist() == pytest.approx(dense, abs=1e-4)
    assert ranking.lexical.tolist() == pytest.approx(words, abs=1e-5)
    assert ranking.cosine.tolist() == pytest.approx([-np.inf, 0.8, 0.5])
    expected = [d + LEXICAL_WEIGHT * w + v for d, w, v in zip(dense, words, votes, strict=True)]
    assert ranking.scores.tolist() == pytest.approx(expected, abs=1e-4)
    assert order(ranking) == ["invoice", "wifi", "drain"]


def test_the_legs_decide_together():
    neighbours, owners = near(0.62, 0.6), np.array([1, 0])
    alone = fuse(neighbours, owners, NO_WORDS, OWNERS, boosts(), ALL, at_home=True)
    assert order(alone) == ["invoice", "drain"]
    both = fuse(neighbours, owners, said(0.9, 9, 0, 0, 0, 0), OWNERS, boosts(), ALL, at_home=True)
    assert order(both) == ["drain", "invoice"]


def test_words_count_less_where_no_document_speaks_the_language():
    asked = near(0.62, 0.6), np.array([1, 0]), said(0.3, 9, 0, 0, 0, 0), OWNERS, boosts(), ALL
    home, abroad = fuse(*asked, at_home=True), fuse(*asked, at_home=False)
    assert order(home) == ["drain", "invoice"]
    assert order(abroad) == ["invoice", "drain"]
    little = near(0.62, 0.6), np.array([1, 0]), said(0.2, 9, 0, 0, 0, 0), OWNERS, boosts(), ALL
    none = fuse(near(0.62, 0.6), np.array([1, 0]), NO_WORDS, OWNERS, boosts(), ALL, at_home=False)
    assert fuse(*little, at_home=False).scores[:2].tolist() == none.scores[:2].tolist()


def test_without_the_dense_leg_the_words_decide_with_full_weight():
    ranking = fuse(None, np.empty(0, int), said(0.01, 0, 1, 4, 2, 0), OWNERS, boosts(), ALL, at_home=False)
    assert order(ranking) == ["invoice", "wifi", "drain"]  # one word below the mean is found, and last
    assert ranking.scores[1] == pytest.approx((4 - 1.4) / np.array([0, 1, 4, 2, 0]).std(), abs=1e-5)


def test_a_boost_parts_neighbours_and_does_not_lift_what_does_not_fit():
    close = near(0.60, 0.59), np.array([0, 1]), NO_WORDS, OWNERS
    assert order(fuse(*close, boosts((-1, 1, 0)), ALL, at_home=True)) == ["invoice", "drain"]
    assert order(fuse(*close, boosts(language=(0, 1, 0)), ALL, at_home=True)) == ["drain", "invoice"]
    assert order(fuse(near(0.60, 0.60), *close[1:], boosts(language=(0, 1, 0)), ALL, at_home=True)) == (
        ["invoice", "drain"]
    )
    far = near(0.9, 0.3), np.array([0, 1]), NO_WORDS, OWNERS
    assert order(fuse(*far, boosts((-1, 1, 0), (0, 1, 0)), ALL, at_home=True)) == ["drain", "invoice"]
    plain = fuse(*far, boosts(), ALL, at_home=True)
    lifted = fuse(*far, boosts((0, 1, 0), (0, 1, 0)), ALL, at_home=True)
    assert lifted.scores[1] - plain.scores[1] == pytest.approx(PRODUCT_BOOST + LANGUAGE_BOOST, abs=1e-4)


def test_phrasings_of_one_solution_vote_for_it():
    ranking = fuse(
        near(0.60, 0.598, 0.597, 0.2), np.array([1, 0, 0, 2]), NO_WORDS, OWNERS, boosts(), ALL, at_home=True
    )
    assert order(ranking)[:2] == ["drain", "invoice"]
    assert ranking.votes[0] > 0.6


def test_what_may_not_be_seen_or_was_not_found_is_left_out():
    allowed = np.array([True, False, True])
    ranking = fuse(
        near(0.9, 0.5), np.array([1, 0]), NO_WORDS, OWNERS, boosts((1, 1, 1)), allowed, at_home=True
    )
    assert order(ranking) == ["drain"]
    assert ranking.scores[1] == ranking.scores[2] == NONE


def test_ties_keep_their_order_and_the_limit_holds():
    scores = np.array([1, 2, 2, NONE, 2], dtype=np.float32)
    ranking = Ranking(scores, scores, scores, scores, scores, scores, scores, 0.0)
    assert ranking.best(10).tolist() == [1, 2, 4, 0]
    assert ranking.best(2).tolist() == [1, 2]


def test_nothing_found_is_an_empty_ranking():
    ranking = fuse(None, np.empty(0, int), NO_WORDS, OWNERS, boosts(), ALL, at_home=True)
    assert ranking.best(3).tolist() == []
    empty = fuse(
        None, np.empty(0, int), said(0.0), np.empty(0, int), boosts((), ()), np.empty(0, bool), at_home=True
    )
    assert empty.best(3).tolist() == []


def test_one_passage_alone_has_no_deviation_and_is_still_found():
    one = fuse(
        near(0.9, mean=0.9, deviation=0.0), np.array([0]), said(1.0, 2.0), np.array([0]), boosts((0,), (0,)),
        np.ones(1, bool), at_home=True,
    )  # fmt: skip
    assert one.best(3).tolist() == [0]
    assert np.isfinite(one.scores).all()


def test_what_was_learned_counts_where_solutions_have_many_passages():
    learned = np.array([3, 0, 0], dtype=np.float32)
    asked = near(0.62, 0.6), np.array([1, 0]), NO_WORDS
    few = fuse(*asked, OWNERS, boosts(), ALL, at_home=True, learned=learned)
    assert order(few) == ["invoice", "drain"]
    many = np.repeat(OWNERS, 10)
    silent = said(0.0, *[0.0] * len(many))
    taught = fuse(*asked[:2], silent, many, boosts(), ALL, at_home=True, learned=learned)
    plain = fuse(*asked[:2], silent, many, boosts(), ALL, at_home=True)
    assert (order(taught), order(plain)) == (["drain", "invoice"], ["invoice", "drain"])
    lifted = (taught.scores[:2] - plain.scores[:2]).tolist()
    assert lifted == pytest.approx([3 * LEARNED_WEIGHT, 0], abs=1e-5)
