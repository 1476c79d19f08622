import random
from typing import Any, cast

import pytest

from indexer import decide
from indexer.corpus import make_corpus
from indexer.embed import Embedder, Vectors
from indexer.query import Index
from indexer.replay import Replayed, figures, replay
from indexer.replay.growing import Growing, encode_solved, merge
from indexer.replay.known import Solved, key_of, solved
from kb.documents import Document
from kb.imports import PastArticle, PastTicket
from kb.products import Product, ProductName
from tests.indexer.replay.conftest import START, Make, Replay

LEAK, HUM, DOOR = "water leaks below the machine", "the pump hums loudly", "the door stays locked"
WAYS = (
    ("water leaks below the machine", "there is a puddle of water below it", "it leaks water on the floor"),
    ("the pump hums loudly", "loud humming noise from the pump", "the pump makes a humming sound"),
    ("the door stays locked", "cannot open the locked door", "the door will not unlock"),
    ("the display is dark", "nothing is shown on the display", "the screen of the display stays black"),
    ("clothes come out too hot", "the laundry is burning hot", "it heats the clothes too much"),
)


def found(replayed: list[Replayed]) -> list[tuple[str, ...]]:
    return [tuple(hit.id for hit in each.hits) for each in replayed]


def test_an_earlier_solved_ticket_is_found(past: Make, run: Replay):
    replayed = run([past("1", LEAK, 0, 1), past("2", HUM, 2, 3), past("3", WAYS[0][1], 4)])
    assert [ids[:1] for ids in found(replayed)] == [(), ("ticket-1",), ("ticket-1",)]
    assert found(replayed)[2] == ("ticket-1", "ticket-2")


@pytest.mark.parametrize(("solved_after", "known"), [(9.999, True), (10, False), (11, False), (None, False)])
def test_what_was_solved_then_or_later_is_no_candidate(
    past: Make, run: Replay, solved_after: float | None, known: bool
):
    replayed = run([past("1", LEAK, 0, solved_after, "seal"), past("2", LEAK, 10, 12, "seal")])
    assert [each.known for each in replayed] == [False, known]
    assert found(replayed) == [(), ("seal",) if known else ()]


def test_tickets_that_came_in_at_one_moment_do_not_know_each_other(past: Make, run: Replay):
    replayed = run(
        [past("1", LEAK, 5, 5, "seal"), past("2", LEAK, 5, 5, "seal"), past("3", LEAK, 6, 7, "seal")]
    )
    assert [each.known for each in replayed] == [False, False, True]
    assert found(replayed) == [(), (), ("seal",)]


def test_a_later_ticket_changes_nothing_of_an_earlier_one(past: Make, run: Replay):
    tickets = [past(f"{n}{way}", text, 10 * n + way, 10 * n + way + 5)
               for n, ways in enumerate(WAYS) for way, text in enumerate(ways)]  # fmt: skip
    whole, half = run(tickets), run(tickets[:8])
    assert [(r.hits, r.probability) for r in whole[:8]] == [(r.hits, r.probability) for r in half]


def test_an_article_answers_from_when_it_was_there(past: Make, run: Replay):
    articles = [
        PastArticle("seal", "en", "The machine leaks", "Water leaks from the seal: change it.", (), None),
        PastArticle("pump", "en", "The pump hums", "A coin makes the pump hum.", (), START.replace(day=2)),
    ]
    tickets = [
        past("1", HUM, 1, None, "pump"),
        past("2", LEAK, 2, None, "seal"),
        past("3", HUM, 40, None, "pump"),
    ]
    replayed = run(tickets, articles)
    assert [each.known for each in replayed] == [False, True, True]
    assert found(replayed) == [("seal",), ("seal",), ("pump", "seal")]


def test_a_name_of_another_country_finds_what_was_solved_under_its_own(past: Make, run: Replay):
    tickets = [
        past("1", "Corvina: the display stays dark", 0, 1),
        past("2", "Zephyr: the display stays dark", 2, 3),
        past("3", "Halmar: the display stays dark", 4, language="de", country="DE"),
        past("4", "Halmar: the display stays dark", 5, country="IT"),
    ]
    catalogue = (
        Product("z", "Zephyr", (ProductName("Halmar", "DE"),)),
        Product("c", "Corvina", (ProductName("Halmar", "IT"),)),
    )
    named = found(run(tickets, catalogue=catalogue))
    assert [ids[0] for ids in named[2:]] == ["ticket-2", "ticket-1"]
    assert len({ids[0] for ids in found(run(tickets))[2:]}) == 1


def test_every_text_that_is_searched_was_encoded_beforehand(past: Make, embedder: Embedder):
    tickets = [past("1", "Zephyr leaks", 0, 1), past("2", "Halmar  leaks\tnow", 2, country="DE"),
               past("3", "🙂", 3), past("4", "it hums", 4, language=None)]  # fmt: skip
    catalogue = (Product("z", "Zephyr", (ProductName("Halmar", "DE"),)),)
    counted = Counted(embedder)
    replay(tickets, (), catalogue, cast(Embedder, counted), decide.load(max_wrong=0.1))
    assert counted.calls == [["Zephyr leaks", "Zephyr leaks now", "it hums"]]


class Counted:
    """The embedder, and which queries it was given at a time."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.calls: list[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def queries(self, texts: list[str]) -> Vectors:
        self.calls.append(list(texts))
        return self._embedder.queries(texts)


def test_languages_never_seen_and_texts_without_words_end_in_no_error(past: Make, run: Replay):
    tickets = [
        past("1", LEAK, 0, 1),
        past("2", "lekol i ba we zop mu", 2, 3, language="tlh"),
        past("3", "🙂 🙂", 4, 5, language=None),
        past("4", "水漏れしています", 6, 7, language="ja"),
    ]
    replayed = run(tickets)
    assert replayed[2].hits == ()
    assert found(replayed)[3][0] == "ticket-1"


def generated(past: Make, count: int, seed: int) -> list[PastTicket]:
    """Return tickets on the five matters at random times, many at the same hour, some never solved."""
    draw = random.Random(seed)
    tickets = []
    for number in range(count):
        matter = draw.randrange(len(WAYS))
        came = draw.randrange(60)
        solved_after = came + draw.randrange(12) if draw.random() < 0.8 else None
        label = f"s{matter}" if draw.random() < 0.7 else None
        tickets.append(past(f"t{number:03}", draw.choice(WAYS[matter]), came, solved_after, label))
    return sorted(tickets, key=lambda each: (each.created_at, each.id))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_brute_force_check_agrees(past: Make, run: Replay, embedder: Embedder, seed: int):
    tickets = generated(past, 60, seed)
    replayed = run(tickets)
    decider = decide.load(max_wrong=0.1)
    for ticket, each in zip(tickets, replayed, strict=True):
        before = [t for t in tickets if t.solved_at and t.solved_at < ticket.created_at]
        labels = {t.solution for t in before}
        assert each.known == (None if ticket.solution is None else ticket.solution in labels)
        texts: dict[str, dict[str, Document]] = {}
        for t in sorted(before, key=lambda t: (t.solved_at, key_of(t), t.id)):
            assert t.solved_at
            merge(texts, Solved(t.solved_at, key_of(t), t, None))
        assert {hit.id for hit in each.hits} <= set(texts)
        if before:
            documents = [one for group in texts.values() for one in group.values()]
            index = Index(make_corpus(documents, (), embedder), embedder, decider)
            best = index.search(ticket.text, language="en").hits[0]
            # Statistics are made anew with every tenth part: scores may differ in a digit, not the matter.
            assert matter(each.hits[0].id, tickets) == matter(best.id, tickets)
    labelled = [each for each in replayed if each.known is not None]
    counted = figures(replayed).solved_before
    assert (counted.count, counted.of) == (sum(e.known is True for e in labelled), len(labelled))


def matter(id_: str, tickets: list[PastTicket]) -> int:
    text = next(ticket.text for ticket in tickets if key_of(ticket) == id_)
    return next(n for n, ways in enumerate(WAYS) if text in ways)


def test_the_index_lags_by_a_hundredth_at_most_and_never_leads(past: Make, embedder: Embedder):
    steps = solved([past(f"{n:03}", f"fault number {n}", n, n + 0.5) for n in range(230)], ())
    vectors = encode_solved(steps, (), embedder, None)
    growing = Growing((), embedder, decide.load(max_wrong=0.1), vectors)
    for count, step in enumerate(steps, start=1):
        growing.add(step)
        index = growing.index()
        assert index
        assert count - count // 100 <= index.size <= count


def test_tickets_with_one_label_become_one_solution_in_each_language(past: Make):
    texts: dict[str, dict[str, Document]] = {}
    tickets = [
        past("1", LEAK, 0, 1, "seal"),
        past("2", WAYS[0][1], 0, 2, "seal"),
        past("3", "Wasser läuft aus", 0, 3, "seal", language="de"),
    ]
    for step in solved(tickets, ()):
        merge(texts, step)
    documents = texts["seal"]
    assert (documents["en"].title, documents["en"].phrasings) == (LEAK, (LEAK, WAYS[0][1]))
    assert documents["de"].phrasings == ("Wasser läuft aus",)
