"""Judged outcomes become a certificate, by language, and a worse one does not replace a better one."""

from collections.abc import Iterable

import pytest

from indexer import bound, certify
from indexer.bound import Proof
from indexer.certificate import OTHERS, Certificate, Terms
from indexer.certify import is_worse, prove, recalibrate
from kb.audits import Audited

TERMS = Terms("d1", "e1", 0.10)


def judged(
    right: int, wrong: int, probability: float = 0.9, language: str | None = "en", first: int = 1
) -> list[Audited]:
    """Give outcomes with judgements numbered from `first`."""
    rights = [True] * right + [False] * wrong
    return [Audited(probability, each, language, first + number) for number, each in enumerate(rights)]


def proven(threshold: float | None, up_to: int, terms: Terms = TERMS) -> Certificate:
    return Certificate(terms, {OTHERS: Proof(threshold, up_to)}, up_to, up_to)


def thresholds(outcomes: Iterable[Audited], max_wrong: float = 0.10) -> dict[str, float | None]:
    return {name: proof.threshold for name, proof in prove(list(outcomes), max_wrong).items()}


def test_few_outcomes_of_all_languages_are_pooled():
    outcomes = judged(20, 0) + judged(8, 0, language="de") + judged(1, 0, language=None)
    assert thresholds(outcomes) == {OTHERS: 0.9}
    assert thresholds(outcomes[1:]) == {OTHERS: None}


def test_a_language_with_enough_outcomes_stands_alone():
    good, bad = judged(certify.ALONE * 29, 0), judged(60, 27, language="ja")
    assert thresholds(good + bad) == {"en": 0.9, "ja": None, OTHERS: None}
    assert thresholds(good[1:] + bad) == {"ja": None, OTHERS: 0.9}


def test_groups_share_the_error_so_that_all_promises_hold_at_once():
    outcomes = [*judged(87, 0), *judged(87, 0, language="de"), *judged(29, 0, language="fi")]
    found = prove(outcomes, 0.10)
    assert list(found) == ["de", "en", OTHERS]
    assert found["en"].limit == pytest.approx(bound.wrong_limit(0, 87, 1 - 0.05 / 3))
    assert found[OTHERS].threshold is None
    assert found[OTHERS].needed == bound.least(0.10, 1 - 0.05 / 3) - 29 == 10


def test_a_group_too_small_to_prove_anything_takes_no_share_of_the_error():
    found = prove([*judged(87, 0), *judged(28, 0, language="fi")], 0.10)
    assert found["en"].limit == pytest.approx(bound.wrong_limit(0, 87))
    assert (found[OTHERS].threshold, found[OTHERS].needed) == (None, 1)


@pytest.mark.parametrize(
    ("outcomes", "needed"),
    [
        ([], 29),
        (judged(10, 0), 19),
        (judged(0, 40), 29),
        (judged(0, 40, probability=0.005), 29),
        (judged(7, 3, language=None), 29),
        (judged(7, 3, probability=0.995), 66),
    ],
)
def test_without_proof_it_says_how_many_outcomes_are_missing(outcomes: list[Audited], needed: int):
    found = prove(outcomes, 0.10)[OTHERS]
    assert (found.threshold, found.needed) == (None, needed)


def test_the_first_certificate_takes_what_is_proven():
    done = recalibrate(judged(29, 0), TERMS, 29)
    assert (done.stayed, done.void, done.certificate.threshold("en")) == (False, None, 0.9)
    assert (done.certificate.proven_up_to, done.certificate.looked_up_to) == (29, 29)


def test_more_outcomes_replace_an_older_certificate():
    outcomes = judged(29, 0) + judged(20, 0, probability=0.7, first=30)
    done = recalibrate(outcomes, TERMS, 49, proven(0.9, 29))
    assert (done.stayed, done.certificate.threshold("en"), done.certificate.proven_up_to) == (False, 0.7, 49)


def test_an_old_certificate_stays_while_it_keeps_its_promise_and_the_new_one_solves_fewer():
    old = proven(0.6, 100)
    outcomes = judged(19, 8, probability=0.95) + judged(20, 1, probability=0.7, first=101)
    done = recalibrate(outcomes, TERMS, 121, old)
    assert (done.stayed, done.certificate.threshold("en")) == (True, 0.6)
    assert (done.certificate.proven_up_to, done.certificate.looked_up_to) == (100, 121)


def test_an_old_certificate_that_broke_its_promise_does_not_stay():
    outcomes = judged(100, 0) + judged(6, 6, first=101)
    done = recalibrate(outcomes, TERMS, 112, proven(0.6, 100))
    assert not done.stayed
    outcomes = judged(29, 0) + judged(0, 30, first=101)
    assert recalibrate(outcomes, TERMS, 130, proven(0.6, 100)).certificate.threshold("en") is None


def test_without_outcomes_that_the_old_one_has_not_seen_the_new_one_is_no_worse():
    assert not is_worse(proven(None, 100), proven(0.5, 100), [])
    assert not is_worse(proven(None, 100), proven(0.5, 100), judged(5, 0, probability=0.2))
    assert is_worse(proven(None, 100), proven(0.5, 100), judged(5, 0))
    assert is_worse(proven(0.2, 100), proven(0.5, 100), judged(5, 0) + judged(0, 5, probability=0.3))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (Terms("d2", "e1", 0.10), "the decision that ships is another one now"),
        (Terms("d1", "e2", 0.10), "the embedder is another one now"),
        (Terms("d1", "e2", 0.05), "the embedder and PRECEDENT_MAX_WRONG are others now"),
    ],
)
def test_under_other_terms_the_old_certificate_is_void_whatever_it_solved(terms: Terms, reason: str):
    done = recalibrate(judged(5, 0), terms, 5, proven(0.5, 0))
    assert (done.stayed, done.certificate.threshold("en")) == (False, None)
    assert done.void is not None
    assert done.void.endswith(f"{reason}.")
