from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import left_out, quality
from bench.measuring import LEAST_OF_LANGUAGE, WAYS, Asked, Question, ask, weighed, worst_language
from bench.one_encoder import english, gain
from bench.sets import PUBLISHED
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
    return Question("", ranking, features, 0.5, False, frozenset({right}), True, language, np.zeros(3), dense)


def made(name: str, *questions: Question) -> Asked:
    return Asked(name, 3, questions, ())


def compared(text: str, both: int, one: int, language: str = "en") -> Question:
    """Give a question whose answer is the first solution; `both` and `one` say which each ranking prefers."""
    scores = np.eye(3, dtype=np.float32)
    asked = question((0, 0, 0), 0, language)
    ranking = replace(asked.ranking, scores=scores[both])
    return replace(asked, text=text, ranking=ranking, one_encoder=scores[one])


def test_weights_are_chosen_by_the_share_of_first_hits():
    words = made("words", question((0, 2, 0), 1), question((0, 2, 0), 1))  # wants words to count
    mixed = made("mixed", question((0, 0, 9), 2), question((0, 0, 1), 0))  # and not beyond all measure
    assert left_out.best_weights([words, mixed]).lexical == pytest.approx(0.3)


def test_a_set_is_not_tuned_on_itself_or_on_its_twin():
    sets = [made(name) for name in ("wixqa", "demo", "wixqa-open")]
    assert [each.name for each in left_out.others(sets, sets[0])] == ["demo"]
    assert [each.name for each in left_out.others(sets, sets[1])] == ["wixqa", "wixqa-open"]
    assert left_out.left_out(sets, sets[0], 0.1) is None


def test_sets_that_are_related_are_no_two_sets_to_tune_on():
    sets = [made(name, question((0, 0, 0), 0)) for name in ("demo", "wixqa", "wixqa-open")]
    assert left_out.left_out(sets, sets[0], 0.1) is None


def test_the_worst_language_has_an_interval_and_enough_questions():
    right, wrong = question((0, 0, 0), 0), question((0, 0, 0), 2)

    def asked_in(language: str, good: int, bad: int) -> list[Question]:
        return [replace(each, language=language) for each in [right] * good + [wrong] * bad]

    few = asked_in("tr", 0, LEAST_OF_LANGUAGE - 1)
    found = made("three", *asked_in("de", 20, 0), *asked_in("ar", 15, 5), *few)
    worst = worst_language(found, found.hits(WAYS["all"], 1))
    assert worst is not None
    language, share, questions = worst
    assert (language, share.value, questions) == ("ar", 0.75, 20)
    assert 0.5 <= share.low < 0.65 < 0.85 < share.high <= 0.95
    alone = made("one", *asked_in("de", 20, 0), *few)
    assert worst_language(alone, alone.hits(WAYS["all"], 1)) is None


def test_the_reciprocal_rank_is_of_the_first_right_solution():
    shown = made("ranks", question((0, 0, 0), 0), question((0, 0, 0), 1), question((0, 0, 0), 2))
    assert shown.ranks(WAYS["all"]).tolist() == [1, 2, 3]
    mean = quality.mean_reciprocal(np.array([1, 2, np.inf]))
    assert mean is not None
    assert mean.value == pytest.approx(0.5)
    assert 0 <= mean.low < 0.5 < mean.high <= 1
    exact = quality.mean_reciprocal(np.ones(3))
    assert exact is not None
    assert (exact.value, exact.low) == (1, pytest.approx(0.2924, abs=1e-4))


def test_a_solution_below_the_tenth_is_not_found():
    far = question((0, 0, 0), 11)
    assert far.rank(np.arange(12, 0, -1, dtype=np.float32)) == float("inf")
    assert replace(far, right=frozenset({9})).rank(np.arange(12, 0, -1, dtype=np.float32)) == 10


def test_one_encoder_alone_ranks_by_the_first_part_of_the_vectors(asked: Asked):
    alone = asked.hits(WAYS["all, one encoder"], 3)
    assert alone.tolist() == [True] * 3
    first = asked.questions[0]
    assert not np.allclose(first.one_encoder, first.ranking.scores)


def test_what_both_encoders_give_is_drawn_by_question():
    better, same = compared("better", 0, 1), compared("same", 0, 0)
    one = made("wixqa", better, *[replace(same, text=str(number)) for number in range(30)])
    twice = gain([one, made("wixqa-open", better)])
    assert twice is not None
    assert twice.value == pytest.approx(2 / 32)
    assert twice.low == 0  # drawn apart, the two askings of one question would hardly ever both be missing
    every = gain([made("all", better, replace(better, text="another"))])
    assert every is not None
    assert (every.value, every.low, every.high) == (1, 1, 1)
    assert gain([made("none")]) is None


def test_worse_with_both_encoders_is_a_loss():
    worse = gain([made("worse", compared("a", 1, 0), compared("b", 1, 0), compared("c", 0, 0))])
    assert worse is not None
    assert worse.value == pytest.approx(-2 / 3)


def test_only_english_sets_tell_what_the_english_encoder_gives():
    at_home = made("home", compared("a", 0, 1))
    abroad = made("abroad", compared("a", 0, 1), compared("b", 0, 1, "de"))
    alone = made("alone", replace(compared("a", 0, 1), one_encoder=None))
    assert english([at_home, abroad, alone]) == [at_home]
    page = "\n".join(quality.encoders([at_home, abroad]))
    assert "| home | 1 | +1.0000 (+1.0000 to +1.0000) |" in page
    assert "| all of them | 1 |" in page
    assert list(quality.encoders([abroad])) == []


def test_questions_without_a_word_are_counted(tiny: Subject, embedder: Embedder):
    beir = imports.read_beir(tiny.sources[0], require_qrels=True)
    dumb = replace(beir, queries=[*beir.queries, replace(beir.queries[0], id="dumb", text="?!")])
    found = ask(dumb, (), embedder, decide.load(0.1))
    assert (len(found.questions), found.wordless) == (3, 1)
    assert "1 more have no word in them and were not asked." in "\n".join(quality.tables([found], 0.1))


def test_the_page_is_written_only_when_all_its_sets_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(quality, "PAGE", tmp_path / "QUALITY.md")
    quality.publish("new", set(PUBLISHED) - {"wixqa", "demo"})
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().err == "QUALITY.md stays as it is: demo, wixqa were not measured.\n"
    quality.publish("new", set(PUBLISHED))
    assert (tmp_path / "QUALITY.md").read_text(encoding="utf-8") == "new"


def test_the_page_lists_the_published_sets():
    lines = quality.PAGE.read_text(encoding="utf-8").splitlines()
    assert [line[3:] for line in lines if line[3:] in PUBLISHED] == list(PUBLISHED)


def test_the_page_tells_each_way_and_the_decision(asked: Asked):
    page = "\n".join(quality.tables([asked], 0.1))
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ")]
    ways = ["| TF-IDF", "| BM25", "| dense", "| all, one encoder", "| all"]
    assert rows == ["|", *ways, "| decision", "| as it ships"]
    assert "3 questions, 0 of them without an answer; 9 passages." in page
    whole = "1.000 (.292–1.000)"
    assert f"| dense | {whole} | {whole} | {whole} |" in page


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
