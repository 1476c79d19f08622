import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import data
from bench import calibrate as command
from indexer import calibrate, decide
from indexer.decide import FEATURES, Decider
from indexer.embed import Embedder
from indexer.evaluate import auroc
from indexer.query import Index
from kb.documents import Document
from kb.imports.beir import Beir, Query
from kb.products import Product

QUESTIONS = {
    "pump-drain": ("the Brumela 300 keeps its water", "Brumela 300 pumpt nicht", "drum of the 300 is full"),
    "pump5-drain": ("the Brumela 500 keeps its water", "Brumela 500 pumpt nicht", "no filter on my 500"),
    "dryer-light": ("orange light on the dryer", "Lampe am Trockner bleibt orange", "fluff in both sieves"),
    "purifier-light": ("purifier shows red", "rotes Licht am Luftreiniger", "dusty sensor"),
    "invoice": ("copy of my invoice", "Rechnung noch einmal bekommen", "領収書がほしい"),
}
UNANSWERED = (
    "may my dog come along",
    "opening hours of the shop",
    "do you hire drivers",
    "Wie alt ist der Chef?",
)


def beir(documents: tuple[Document, ...]) -> Beir:
    queries, qrels = [], {}
    for solution, texts in QUESTIONS.items():
        for text in texts:
            queries.append(Query(str(len(queries)), text, None, None, None, {}))
            qrels[queries[-1].id] = {solution: 1}
    for text in UNANSWERED:
        queries.append(Query(str(len(queries)), text, None, None, None, {}))
    return Beir("small", list(documents), queries, qrels)


@pytest.fixture(scope="module")
def outcomes(
    documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
) -> list[calibrate.Outcome]:
    """Ask a small set twice, as if it were two folders."""
    found = []
    for name in ("one", "two"):
        found += calibrate.outcomes(name, beir(documents), catalogue, embedder)
    return found


def test_every_question_is_asked_with_and_without_its_answer(outcomes: list[calibrate.Outcome]):
    asked = sum(map(len, QUESTIONS.values())) + len(UNANSWERED)
    noise = 2 * len(calibrate.SMALL) * calibrate.NOISE
    small = 2 * len(calibrate.SMALL) * asked
    assert len(outcomes) == 2 * asked * (1 + calibrate.ROUNDS) + small + noise
    whole = [row for row in outcomes[:asked] if row.answerable]
    assert len(whole) == asked - len(UNANSWERED)
    assert sum(row.first["both"] for row in whole) >= 12
    assert not any(row.shown["both"] or row.first["lexical"] for row in outcomes if not row.answerable)
    assert all(row.shown["both"] for row in outcomes if row.first["both"])
    assert sum(row.answerable for row in outcomes) < len(outcomes) * 3 / 4


def test_what_is_fitted_tells_right_from_wrong(outcomes: list[calibrate.Outcome]):
    for leg in decide.LEGS:
        judge = calibrate.fit(outcomes, leg, "first")
        judged = np.array([judge.probability(row.features[leg]) for row in outcomes])
        right = np.array([row.first[leg] for row in outcomes])
        assert judged[right].mean() > judged[~right].mean() + 0.1
        assert (auroc(judged, right) or 0) > 0.85


def test_the_curve_counts_what_would_be_answered(outcomes: list[calibrate.Outcome]):
    curve = calibrate.calibration(outcomes, "both")["curve"]
    answered, wrong = ([point[i] for point in curve] for i in (1, 2))
    assert answered == sorted(answered)
    assert wrong == sorted(wrong)
    assert all(few <= many for few, many in zip(wrong, answered, strict=True))
    assert answered[-1] > len(outcomes) / 2


def test_a_decider_loads_what_was_written(outcomes: list[calibrate.Outcome], index: Index):
    written = json.loads(json.dumps({leg: calibrate.calibration(outcomes, leg) for leg in decide.LEGS}))
    assert tuple(written["both"]["first"]["features"]) == FEATURES
    decider = Decider(written, max_wrong=0.2)
    for text, sure in ((QUESTIONS["pump-drain"][0], True), (UNANSWERED[1], False)):
        query = index.understand(text)
        decision, _ = decider.decide(index.ranking(query), query.words, "both")
        assert (decision.probability > 0.5) == sure
    for leg in decide.LEGS:
        fitted = calibrate.fit(outcomes, leg, "first")
        loaded, features = decider._first[leg], outcomes[0].features[leg]
        assert loaded.probability(features) == pytest.approx(fitted.probability(features), abs=1e-3)


def test_the_command_reads_folders_and_writes_a_calibration(
    tmp_path: Path,
    documents: tuple[Document, ...],
    catalogue: tuple[Product, ...],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(decide, "CALIBRATION", tmp_path / "decision.json")
    small = beir(documents)
    english = [document for document in small.documents if document.language == "en"]
    for name in ("one", "two"):
        (tmp_path / name / "qrels").mkdir(parents=True)
        write_lines(tmp_path / name / "corpus.jsonl", [
            {"_id": each.id, "title": each.title, "text": each.text, "metadata": {"language": each.language}}
            for each in english
        ])  # fmt: skip
        write_lines(
            tmp_path / name / "queries.jsonl", [{"_id": each.id, "text": each.text} for each in small.queries]
        )
        rows = [f"{query}\t{solution}\t1\n" for query, right in small.qrels.items() for solution in right]
        (tmp_path / name / "qrels" / "test.tsv").write_text(
            "query-id\tcorpus-id\tscore\n" + "".join(rows), encoding="utf-8"
        )
        write_lines(
            tmp_path / name / "products.jsonl", [{"code": each.code, "name": each.name} for each in catalogue]
        )
    command.main([str(tmp_path)])
    written = json.loads((tmp_path / "decision.json").read_text(encoding="utf-8"))
    assert written["sets"] == ["demo", "one", "two"]
    questions = (data.FOLDER / "questions.jsonl").read_text(encoding="utf-8").count("\n")
    rounds = (questions + 2 * len(small.queries)) * (1 + calibrate.ROUNDS)
    assert written["questions"] > rounds + 3 * len(calibrate.SMALL) * calibrate.NOISE
    assert decide.load(0.1)


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_each_question_is_encoded_once(embedder: Embedder):
    remembering = calibrate.Remembering(calibrate.Remembering(embedder))
    first = remembering.queries(["the pump hums", "no wifi"])
    assert np.array_equal(remembering.queries(["no wifi", "the pump hums"]), first[::-1])


def test_sets_that_are_related_are_held_out_together(outcomes: list[calibrate.Outcome]):
    twin = [row for row in outcomes if row.folder == "one"]
    twins = [replace(row, folder=name) for name in ("wixqa", "wixqa-open") for row in twin]
    # What is right in the twins is wrong in the other set: a judge who saw one twin would show it.
    other = [replace(row, folder="other", first={"both": not row.first["both"]}) for row in twin]

    def answered(fitted_on: list[calibrate.Outcome], asked: list[calibrate.Outcome]) -> int:
        judge = calibrate.fit(fitted_on, "both", "first")
        return sum(judge.probability(row.features["both"]) >= 0.5 for row in asked)

    at_half = {point[0]: point[1] for point in calibrate.calibration(twins + other, "both")["curve"]}[0.5]
    assert at_half == answered(other, twins) + answered(twins, other)
    assert at_half != 2 * answered(twin + other, twin) + answered(twins, other)
    assert calibrate.related("wixqa") == calibrate.related("wixqa-open") == {"wixqa", "wixqa-open"}
    assert calibrate.related("demo") == {"demo"}


def test_a_question_without_a_word_is_no_outcome(
    documents: tuple[Document, ...], catalogue: tuple[Product, ...], embedder: Embedder
):
    small = beir(documents)
    one = replace(small, queries=small.queries[:1])
    dumb = replace(small, queries=[Query("dumb", "?!", None, None, None, {}), *one.queries])
    found, without = (list(calibrate.outcomes("small", each, catalogue, embedder)) for each in (dumb, one))
    assert len(found) == len(without) > 0
