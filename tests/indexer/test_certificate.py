"""A certificate on disk: read as it was written, and never a reason to fail."""

import json
from pathlib import Path

import pytest

from indexer import certificate, decide
from indexer.bound import Proof
from indexer.certificate import OTHERS, Certificate, Terms
from indexer.corpus import Corpus
from indexer.decide import Decider
from indexer.embed import Embedder
from indexer.query import Index

TERMS = Terms("d1", "e1", 0.10)
FOUND = Certificate(
    TERMS,
    {"de": Proof(0.62, 120, 90, 3, 0.08), "ja": Proof(None, 95, needed=12), OTHERS: Proof(0.8, 40, 30)},
    7,
    9,
)


def test_it_is_read_as_it_was_written(tmp_path: Path):
    certificate.write(tmp_path / "var", FOUND)
    assert certificate.read(tmp_path / "var") == FOUND
    assert [path.name for path in (tmp_path / "var").iterdir()] == [certificate.FILE]


def test_each_language_has_its_threshold_and_others_share_one():
    asked = ("de", "de-AT", "ja", "fi", None)
    assert [FOUND.threshold(each) for each in asked] == [0.62, 0.62, None, 0.8, 0.8]


def test_without_one_there_is_none(tmp_path: Path):
    assert certificate.read(tmp_path) is None
    assert certificate.stamp(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"format": 2}', '{"format": 1}', '{"format": 1, "terms": 3}', "\x00\xff"],
)
def test_one_that_cannot_be_read_counts_as_none(tmp_path: Path, text: str):
    (tmp_path / certificate.FILE).write_bytes(text.encode("latin-1"))
    assert certificate.read(tmp_path) is None


def test_one_without_the_other_languages_proves_nothing_of_them(tmp_path: Path):
    certificate.write(tmp_path, FOUND)
    written = json.loads((tmp_path / certificate.FILE).read_text(encoding="utf-8"))
    del written["proofs"][OTHERS]
    (tmp_path / certificate.FILE).write_text(json.dumps(written), encoding="utf-8")
    found = certificate.read(tmp_path)
    assert found is not None
    assert (found.threshold("de"), found.threshold("fi")) == (0.62, None)


def test_a_new_one_changes_the_stamp(tmp_path: Path):
    certificate.write(tmp_path, FOUND)
    before = certificate.stamp(tmp_path)
    assert certificate.stamp(tmp_path) == before
    certificate.write(tmp_path, FOUND)
    assert certificate.stamp(tmp_path) != before


def test_it_says_under_which_terms_it_is_void():
    assert FOUND.void_because(TERMS) is None
    said = FOUND.void_because(Terms("d1", "e1", 0.05))
    assert said == "What was certified does not hold any more: PRECEDENT_MAX_WRONG is another one now."


def decider(threshold: float | None, language: str = OTHERS) -> Decider:
    """Give the decider that ships under a certificate for one language."""
    calibration = json.loads(decide.CALIBRATION.read_text(encoding="utf-8"))
    proofs = {OTHERS: Proof(None, 0)} | {language: Proof(threshold, 100)}
    return Decider(calibration, 0.10, Certificate(TERMS, proofs, 1, 1))


@pytest.mark.parametrize(
    ("threshold", "action", "certified"),
    [(0.0, "answer", True), (0.999999, "ask", False), (None, None, False)],
)
def test_a_proven_threshold_goes_before_the_one_that_ships(
    index: Index, threshold: float | None, action: str | None, certified: bool
):
    shipped = index.search("the Brumela 300 does not drain", language="en").decision
    found = (
        index.decided_by(decider(threshold)).search("the Brumela 300 does not drain", language="en").decision
    )
    assert (found.action, found.certified) == (action or shipped.action, certified)
    assert found.threshold == (shipped.threshold if threshold is None else threshold)
    assert (found.probability, found.version) == (shipped.probability, shipped.version)


def test_what_is_proven_of_one_language_holds_for_no_other(index: Index):
    certified = index.decided_by(decider(0.0, "de"))
    found = [
        certified.search("Brumela 300", language=each).decision.certified for each in ("de", "de-AT", "en")
    ]
    assert found == [True, True, False]


def test_what_is_found_by_words_alone_is_never_certified(corpus: Corpus, broken: Embedder):
    found = Index(corpus, broken, decider(0.0)).search("Brumela 300", language="en").decision
    assert (found.certified, found.version) == (False, "")


def test_a_certificate_is_in_force_only_under_its_terms(tmp_path: Path, index: Index):
    shipped = decide.load(0.10)
    certificate.write(tmp_path, Certificate(Terms(shipped.version, "e1", 0.10), FOUND.proofs, 1, 1))
    for embedder, max_wrong, threshold in (("e1", 0.10, 0.62), ("e2", 0.10, None), ("e1", 0.05, None)):
        found = index.decided_by(decide.load_certified(max_wrong, embedder, tmp_path))
        expected = (
            index.decided_by(decide.load(max_wrong)).search("Brumela", language="de").decision.threshold
        )
        assert found.search("Brumela", language="de").decision.threshold == (threshold or expected)


def test_another_calibration_has_another_name():
    calibration = json.loads(decide.CALIBRATION.read_text(encoding="utf-8"))
    before = decide.version(calibration)
    calibration["both"]["first"]["intercept"] += 0.001
    assert decide.version(calibration) != before == decide.load(0.2).version
