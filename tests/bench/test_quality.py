from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import left_out, quality
from bench.measuring import WAYS, Asked, Question, ask, weighed, worst_language
from bench.subject import Subject
from indexer import decide
from indexer.embed import Embedder
from indexer.fuse import WEIGHTS, Ranking, Weights
from kb import imports


@pytest.fixture(scope="session")
def asked(tiny: Subject, embedder: Embedder) -> Asked:
    """Ask the three questions of the tiny set."""
    beir = imports.read_beir(tiny.sources[0], require_qrels=True)
    return ask(beir, (), embedder, decide.load(0.1))


def test_questions_are_asked_in_every_way(asked: Asked):
    assert asked.answerable.tolist() == [True] * 3
    assert asked.passages == 9
    for way in WAYS.values():
        assert asked.hits(way, 3).tolist() == [True] * 3
    assert asked.hits(WAYS["dense"], 1).tolist() == [True] * 3


def test_the_weights_that_ship_give_the_scores_that_were_shown(asked: Asked):
    for question in asked.questions:
        assert np.array_equal(weighed(WEIGHTS)(question), question.ranking.scores)


def question(lexical: tuple[float, ...], right: int, language: str = "en") -> Question:
    """Give a question to three solutions where the dense leg prefers the first a little."""
    dense, words = np.array([1.0, 0.5, 0.0], np.float32), np.array(lexical, np.float32)
    nothing = np.zeros(3, np.float32)
    ranking = Ranking(dense, dense, words, dense, nothing, nothing, nothing, coverage=0.5)
    features = np.zeros(len(decide.FEATURES))
    return Question(ranking, features, 0.5, False, frozenset({right}), True, language, np.zeros(3))


def made(name: str, *questions: Question) -> Asked:
    return Asked(name, 3, questions, ())


def test_weights_are_chosen_by_the_share_of_first_hits():
    words = made("words", question((0, 2, 0), 1), question((0, 2, 0), 1))  # wants words to count
    mixed = made("mixed", question((0, 0, 9), 2), question((0, 0, 1), 0))  # and not beyond all measure
    assert left_out.best_weights([words, mixed]).lexical == pytest.approx(0.3)


def test_a_set_is_not_tuned_on_itself_or_on_its_twin():
    sets = [made(name) for name in ("wixqa", "demo", "wixqa-open")]
    assert [each.name for each in left_out.others(sets, sets[0])] == ["demo"]
    assert [each.name for each in left_out.others(sets, sets[1])] == ["wixqa", "wixqa-open"]
    assert left_out.left_out(sets, sets[0], 0.1) is None


def test_the_worst_language_is_named():
    asked = made(
        "two", question((0, 0, 0), 0, "de"), question((0, 0, 0), 2, "tr"), question((0, 0, 0), 0, "tr")
    )
    assert worst_language(asked, asked.hits(WAYS["all"], 1)) == ("tr", 0.5, 2)
    assert worst_language(made("one", question((0, 0, 0), 0)), np.array([True])) is None


def test_the_page_tells_each_way_and_the_decision(asked: Asked):
    page = "\n".join(quality.tables([asked], 0.1))
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ")]
    assert rows == ["|", "| TF-IDF", "| BM25", "| dense", "| all", "| decision", "| as it ships"]
    assert "3 questions, 0 of them without an answer; 9 passages." in page
    assert "| dense | 1.000 (.292–1.000) | 1.000 (.292–1.000) |" in page


def test_what_is_left_out_is_shown_beside(asked: Asked):
    sets = [
        replace(asked, name=name, outcomes=tuple(replace(each, folder=name) for each in asked.outcomes))
        for name in ("one", "two", "three")
    ]
    page = "\n".join(quality.tables(sets, 0.1))
    assert page.count("| all, left out |") == page.count("| left out |") == 3


def test_a_folder_without_sets_is_refused(tmp_path: Path):
    with pytest.raises(SystemExit, match=r"No folder with corpus\.jsonl in "):
        quality.main([str(tmp_path)])


def test_other_weights_give_other_scores(asked: Asked):
    shown = asked.questions[0]
    assert not np.array_equal(weighed(Weights(lexical=3.0))(shown), shown.ranking.scores)
