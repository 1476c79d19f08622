from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data import FOLDER
from indexer.embed import Embedder
from indexer.meaning import Meaning
from kb.clean.examples import Example, read_examples
from kb.clean.remarks import LEAST_EXAMPLES, Judge, Remarks
from kb.errors import Invalid, Unavailable


@pytest.fixture(scope="module")
def remarks(embedder: Embedder) -> Remarks:
    similarity = Meaning(embedder)
    return Remarks(Judge.fit(read_examples(FOLDER / "remarks"), similarity), similarity)


# In languages that have examples, and in two that have none.
@pytest.mark.parametrize(
    ("remark", "fact"),
    [
        (
            "Klant is echt te dom om de stekker erin te steken.",
            "De pomp maakt lawaai bij het centrifugeren.",
        ),
        ("Il signore è un completo idiota.", "La ventola grida quando la temperatura supera i 60 gradi."),
        ("客户蠢得要命，说了八遍都听不懂。", "更换了进水阀，测试两个程序正常。"),
        ("Klient to kompletny idiota, szkoda słów.", "Wymieniono uszczelkę drzwi, brak wycieku."),
        ("The customer is a complete moron.", "Replaced the drain pump and ran two test cycles."),
        ("Kunden er en komplet idiot.", "Pumpen er udskiftet, og maskinen kører igen."),
    ],
)
def test_a_remark_is_found_and_a_fact_stays(remarks: Remarks, remark: str, fact: str):
    note = f"{fact}\n{remark}\n{fact}"
    (span,) = remarks.find(note)
    assert note[span.start : span.end] == remark
    assert (span.kind, span.replacement) == ("remark", "")
    assert 0.5 < span.confidence <= 1


def test_the_same_sentence_is_judged_once_and_found_everywhere(remarks: Remarks):
    remark = "Klant is echt te dom om de stekker erin te steken."
    note = f"{remark} {remark}"
    assert [note[each.start : each.end] for each in remarks.find(note)] == [remark, remark]


@pytest.mark.parametrize("note", ["", "   \n", "12 345 – 67", "!!! ???"])
def test_without_words_there_is_no_remark(remarks: Remarks, note: str):
    assert remarks.find(note) == ()


def test_what_was_learned_is_kept_bit_for_bit(remarks: Remarks, tmp_path: Path):
    remarks.judge.save(tmp_path / "judge.npz")
    again = Judge.load(tmp_path / "judge.npz")
    assert again.limit == remarks.judge.limit
    assert again.similarity == remarks.similarity.id
    vectors = remarks.similarity.vectors(["Il signore è un completo idiota.", "Ripartita da sola."])
    assert np.array_equal(again.probabilities(vectors), remarks.judge.probabilities(vectors))


def test_a_damaged_file_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "judge.npz").write_bytes(b"PK not really")
    with pytest.raises(Unavailable, match="delete it"):
        Judge.load(tmp_path / "judge.npz")


def test_too_few_examples_are_refused(remarks: Remarks):
    few = [Example(f"remark {i}", "en", remark=True) for i in range(LEAST_EXAMPLES - 1)]
    others = [replace(each, remark=False) for each in few] * 2
    with pytest.raises(Invalid, match="at least 40"):
        Judge.fit(few + others, remarks.similarity)


def test_the_closed_form_is_leaving_one_out(remarks: Remarks):
    """The probabilities come from residuals in closed form; fitting without an example gives the same."""
    examples = read_examples(FOLDER / "remarks")[:160]
    whole = Judge.fit(examples, remarks.similarity)
    assert {each.remark for each in examples} == {True, False}
    inverse = np.linalg.inv(_kernel_of(whole) + 0.1 * np.eye(160))
    labels = np.array([1.0 if each.remark else -1.0 for each in examples])
    unseen = labels - whole.weights / np.diag(inverse)
    for left_out in (0, 57, 159):
        kept = np.arange(160) != left_out
        kernel = _kernel_of(whole)
        weights = np.linalg.solve(kernel[np.ix_(kept, kept)] + 0.1 * np.eye(159), labels[kept] - whole.offset)
        assert kernel[left_out, kept] @ weights + whole.offset == pytest.approx(unseen[left_out], abs=1e-6)


def _kernel_of(judge: Judge) -> np.ndarray:
    return np.exp(2 * (judge.examples @ judge.examples.T - 1).astype(np.float64))


def test_a_line_that_is_no_sentence_is_named(tmp_path: Path):
    (tmp_path / "xx.jsonl").write_text('{"text": "a", "language": "en", "remark": true}\n{"text": "b"}\n')
    with pytest.raises(Invalid, match=r"xx\.jsonl, line 2"):
        read_examples(tmp_path)
