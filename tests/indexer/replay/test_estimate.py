import json
from pathlib import Path

import numpy as np
import pytest

from indexer.replay import (
    Answers,
    Found,
    Pair,
    Replayed,
    Sample,
    draw,
    estimate,
    judged_tickets,
    read_answers,
)
from indexer.replay.estimate import FEWEST, estimate_part, missing
from indexer.replay.sample import DRAWN, NEEDED, STRATA
from kb.errors import Invalid
from tests.indexer.replay.conftest import Make


def replayed(past: Make, count: int, seed: int = 1) -> list[Replayed]:
    """Return unlabelled tickets that found something with probabilities drawn by chance."""
    random = np.random.default_rng(seed)
    hit = Found("ticket-0", "It leaks", "Change the seal.")
    return [Replayed(past(f"{n:05}", f"fault {n}", n), None, (hit,), float(random.beta(1, 2)))
            for n in range(count)]  # fmt: skip


def judged(sample: Sample, truth: dict[str, bool]) -> Answers:
    return Answers({pair.id: truth[pair.replayed.ticket.id] for pair in sample.pairs}, 0)


def test_the_sample_is_drawn_by_chance_in_proportion_and_always_the_same(past: Make):
    tickets = replayed(past, 3000)
    sample = draw(tickets)
    assert sample == draw(list(reversed(tickets)))
    assert sample.sizes == (600,) * STRATA
    strata = [pair.stratum for pair in sample.pairs]
    assert [strata.count(n) for n in range(STRATA)] == [DRAWN // STRATA] * STRATA
    means = [np.mean([p.replayed.probability for p in sample.pairs if p.stratum == n]) for n in range(STRATA)]
    assert means == sorted(means)
    assert strata != sorted(strata)
    assert len({pair.id for pair in sample.pairs}) == DRAWN >= NEEDED


def test_tickets_with_labels_are_not_judged_and_those_without_a_hit_count_as_not_answered(past: Make):
    answered = replayed(past, 300)
    labelled = [Replayed(past("l", "it leaks", 1, None, "seal"), False, answered[0].hits, 0.9)]
    empty = [Replayed(past(f"e{n}", "it leaks", 1), None, (), 0.0) for n in range(100)]
    sample = draw([*answered, *labelled, *empty])
    assert (sample.tickets, sample.empty, sum(sample.sizes)) == (400, 100, 300)
    everything_fits = Answers({pair.id: True for pair in sample.pairs}, 0)
    found = estimate(sample, everything_fits)
    assert found
    assert found.share == 0.75
    assert found.low < 0.75 == found.high


def test_all_pairs_judged_leave_no_doubt(past: Make):
    tickets = replayed(past, 150)
    sample = draw(tickets)
    truth = {each.ticket.id: n % 3 == 0 for n, each in enumerate(tickets)}
    found = estimate(sample, judged(sample, truth))
    assert found
    assert (found.share, found.low, found.high, found.judged) == pytest.approx((1 / 3, 1 / 3, 1 / 3, 150))


@pytest.mark.parametrize(("base", "slope"), [(0.02, 0.1), (0.1, 0.8), (0.5, 0.0), (0.9, 0.1)])
def test_the_interval_covers_a_known_truth_in_at_least_93_of_100_samples(
    past: Make, base: float, slope: float
):
    tickets = replayed(past, 2000)
    random = np.random.default_rng(7)
    covered, shares, rounds = 0, [], 300
    truth = {t.ticket.id: bool(random.random() < base + slope * t.probability) for t in tickets}
    rate = sum(truth.values()) / len(truth)
    strata: list[list[Replayed]] = [[] for _ in range(STRATA)]
    for number, each in enumerate(sorted(tickets, key=lambda t: t.probability)):
        strata[number * STRATA // len(tickets)].append(each)
    for _ in range(rounds):
        pairs = tuple(
            Pair(each.ticket.id, number, each)
            for number, part in enumerate(strata)
            for each in (part[int(row)] for row in random.choice(len(part), 40, replace=False))
        )
        sample = Sample(pairs, tuple(map(len, strata)), 0, "digest")
        found = estimate(sample, judged(sample, truth))
        assert found
        covered += found.low <= rate <= found.high
        shares.append(found.share)
    assert covered / rounds >= 0.93
    assert np.mean(shares) == pytest.approx(rate, abs=0.006)


@pytest.mark.parametrize(("base", "slope"), [(0.1, 0.8), (0.5, 0.0), (0.8, 0.1)])
def test_the_interval_of_a_part_covers_its_truth_in_at_least_93_of_100_samples(
    past: Make, base: float, slope: float
):
    tickets = sorted(replayed(past, 2000), key=lambda each: each.probability)
    random = np.random.default_rng(11)
    chances = np.array([each.probability for each in tickets])
    right = random.random(2000) < base + slope * chances
    part = random.random(2000) < 0.3 * chances + 0.1  # a product that search knows better than the others
    rate, covered, rounds = right[part].mean(), 0, 400
    for _ in range(rounds):
        drawn = np.concatenate([random.choice(400, 50, replace=False) + 400 * n for n in range(STRATA)])
        said = right[drawn[part[drawn]]].tolist()
        found = estimate_part(said, int(part.sum()), int(part.sum()))
        assert found
        covered += found.low <= rate <= found.high
    assert covered / rounds >= 0.93


def test_a_part_has_a_share_from_twenty_judged_pairs_on():
    assert estimate_part([True] * (FEWEST - 1), 100, 100) is None
    found = estimate_part([True] * 15 + [False] * 5, 80, 100)
    assert found
    assert (found.share, found.judged, found.tickets) == (pytest.approx(0.6), 20, 100)
    assert found.low < 0.5 < found.high < 0.8  # twenty found nothing at all: those are not answered for sure
    whole = estimate_part([True] * 15 + [False] * 5, 20, 25)
    assert whole
    assert (whole.low, whole.share, whole.high) == pytest.approx((0.6, 0.6, 0.6))


def test_what_was_judged_is_told_by_ticket_and_without_what_was_skipped(past: Make):
    sample = draw(replayed(past, 300))
    first, second = sample.pairs[:2]
    assert judged_tickets(sample, Answers({first.id: True, second.id: False}, 1)) == {
        first.replayed.ticket.id: True,
        second.replayed.ticket.id: False,
    }
    assert judged_tickets(sample, None) == {}


def test_without_enough_answers_there_is_no_number(past: Make):
    sample = draw(replayed(past, 1000))
    some = Answers({pair.id: True for pair in sample.pairs[: NEEDED - 1]}, 0)
    assert (estimate(sample, None), missing(sample, None)) == (None, NEEDED)
    assert (estimate(sample, some), missing(sample, some)) == (None, 1)
    assert estimate(draw([]), Answers({}, 0)) is None


def saved(path: Path, sample: Sample, **changes: object) -> Path:
    answers = {pair.id: "yes" for pair in sample.pairs} | {
        sample.pairs[0].id: "skip",
        sample.pairs[1].id: "no",
    }
    document = {"format": "precedent replay answers", "sample": sample.digest, "answers": answers} | changes
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_answers_are_read_and_skipped_ones_counted(past: Make, tmp_path: Path):
    sample = draw(replayed(past, 300))
    answers = read_answers(saved(tmp_path / "answers.json", sample), sample)
    assert (len(answers.judged), answers.skipped, sum(answers.judged.values())) == (DRAWN - 1, 1, DRAWN - 2)


def test_answers_of_other_pairs_or_other_files_are_refused(past: Make, tmp_path: Path):
    sample = draw(replayed(past, 300))
    other = draw(replayed(past, 300, seed=2))
    path = saved(tmp_path / "answers.json", sample)
    with pytest.raises(Invalid, match="belong to other tickets, or to another version of the search"):
        read_answers(path, other)
    for text in ("{}", "not JSON", "[1]", '{"format": "precedent replay answers", "answers": []}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Invalid, match=r"answers\.json does not hold answers"):
            read_answers(path, sample)
    with pytest.raises(Invalid, match="cannot be read"):
        read_answers(tmp_path / "nowhere.json", sample)
