import pytest
from scipy.stats import binomtest

from indexer.replay import Found, Replayed, figures
from indexer.replay.figures import EXAMPLES, MATTERS, NO_LANGUAGE, NO_PRODUCT, Share
from tests.indexer.replay.conftest import Make


def hits(*ids: str) -> tuple[Found, ...]:
    return tuple(Found(id_, f"title of {id_}", "text") for id_ in ids)


def test_shares_are_counted_of_the_labelled_and_of_those_solved_before(past: Make):
    rows = [
        Replayed(past("1", "a", 1, 2, "seal"), False, (), 0.0),
        Replayed(past("2", "a", 3, 4, "seal"), True, hits("seal", "pump"), 0.9),
        Replayed(past("3", "a", 5, 6, "seal"), True, hits("pump", "seal"), 0.4),
        Replayed(past("4", "a", 7, 8, "seal"), True, hits("pump", "door", "hum"), 0.4),
        Replayed(past("5", "a", 9, 10), None, hits("seal"), 0.9),
    ]
    counted = figures(rows)
    assert (counted.tickets, counted.unlabelled) == (5, 1)
    assert counted.solved_before == Share(3, 4)
    assert (counted.found_first, counted.found_shown) == (Share(1, 3), Share(2, 3))


@pytest.mark.parametrize(("count", "of"), [(0, 9), (7, 9), (61, 100), (9, 9)])
def test_intervals_are_those_of_wilson(count: int, of: int):
    expected = binomtest(count, of).proportion_ci(method="wilson")
    assert Share(count, of).limits == pytest.approx((expected.low, expected.high), abs=1e-4)
    assert Share(0, 0).share is None


def test_parts_are_by_month_product_and_language(past: Make):
    rows = [
        Replayed(past("1", "a", 1, 2, "seal", products=("w1", "w2")), False, (), 0.0),
        Replayed(past("2", "a", 800, 801, "seal", language="de-AT", products=("w1",)), True, (), 0.0),
        Replayed(past("3", "a", 801, 802, language=None), None, (), 0.0),
    ]
    by = {
        name: [(p.name, p.tickets, p.solved_before) for p in parts]
        for name, parts in figures(rows).by.items()
    }
    assert by == {
        "month": [("2026-01", 1, Share(0, 1)), ("2026-02", 2, Share(1, 1))],
        "product": [(NO_PRODUCT, 1, Share(0, 0)), ("w1", 2, Share(1, 2)), ("w2", 1, Share(0, 1))],
        "language": [("de", 1, Share(1, 1)), ("en", 1, Share(0, 1)), (NO_LANGUAGE, 1, Share(0, 0))],
    }


def test_a_part_tells_a_share_of_its_judged_tickets_where_there_are_enough(past: Make):
    rows = [Replayed(past(f"a{n}", "a", n, products=("w1",)), None, hits("seal"), 0.5) for n in range(40)]
    rows += [Replayed(past(f"b{n}", "a", n, products=("w2",)), None, hits("seal"), 0.5) for n in range(30)]
    rows += [Replayed(past("c", "a", 1, 2, "seal", products=("w1",)), False, (), 0.0)]
    judged = {f"a{n}": n % 4 > 0 for n in range(20)} | {f"b{n}": True for n in range(19)}
    first, second = figures(rows, judged).by["product"]
    assert (first.name, first.tickets, first.unlabelled, first.judged) == ("w1", 41, 40, 20)
    assert first.estimate
    assert (first.estimate.share, first.estimate.tickets) == (pytest.approx(0.75), 40)
    assert (second.unlabelled, second.judged, second.estimate) == (30, 19, None)


def test_the_matters_that_save_most_come_first(past: Make):
    rows = [
        Replayed(past(f"{s}{n}", "a", n, n, f"s{s:02}"), n > 0, (), 0.0) for s in range(30) for n in range(s)
    ]
    found = figures(rows).matters
    assert [each.id for each in found] == [f"s{s:02}" for s in range(29, 29 - MATTERS, -1)]
    assert (found[0].tickets, found[0].repeats, found[0].sure) == (29, 28, True)


def test_tickets_without_labels_gather_around_the_first_of_their_matter(past: Make):
    rows = [
        Replayed(past("1", "it leaks", 0, 1), None, (), 0.0),
        Replayed(past("2", "it leaks again", 2, 3), None, hits("ticket-1"), 0.8),
        Replayed(past("3", "leaks still", 4, 5), None, hits("ticket-2"), 0.6),
        Replayed(past("4", "it hums", 6, 7), None, hits("ticket-1"), 0.2),
    ]
    (only,) = figures(rows).matters
    assert (only.id, only.title, only.tickets, only.repeats, only.sure) == (
        "ticket-1", "title of ticket-1", 3, 2, False)  # fmt: skip


def test_examples_are_the_newest_that_were_found(past: Make):
    rows = [
        Replayed(past(f"{n:02}", "a", n, n, "seal"), True, hits("seal" if n % 2 else "pump"), 0.9)
        for n in range(40)
    ]
    assert [each.ticket.id for each in figures(rows).examples] == [
        f"{n:02}" for n in range(39, 39 - 2 * EXAMPLES, -2)
    ]


def test_nothing_gives_nothing(past: Make):
    counted = figures([])
    assert (counted.tickets, counted.matters, counted.solved_before.share) == (0, (), None)
