"""What the tests of the benchmark share: a tiny BEIR folder, installed and indexed."""

import json

import pytest

from bench import building, subject
from bench.building import Building
from bench.subject import Installation, Subject
from indexer.embed import Embedder

SOLUTIONS = {
    "drain": ("The pump does not drain", "water stays in the drum", "the machine will not empty"),
    "light": ("An orange light blinks", "a lamp is on and stays on", "what does the light mean"),
    "invoice": ("Get a copy of an invoice", "i lost my bill", "send me the receipt again"),
}
QUESTIONS = {"my drum is full of water": "drain", "orange lamp": "light", "i need my bill": "invoice"}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Give a BEIR folder of three solutions and three questions."""
    folder = tmp_path_factory.mktemp("tiny")
    corpus = [
        {"_id": f"{key}-{number}", "title": text, "text": "", "metadata": {"language": "en", "solution": key}}
        for key, texts in SOLUTIONS.items()
        for number, text in enumerate(texts)
    ]
    queries = [
        {"_id": f"q-{key}", "text": text, "metadata": {"language": "en"}} for text, key in QUESTIONS.items()
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "qrels").mkdir()
    pairs = "".join(f"q-{key}\t{key}-0\t1\n" for key in QUESTIONS.values())
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{pairs}", encoding="utf-8")
    return subject.read(folder)


@pytest.fixture(scope="session")
def installation(tiny: Subject, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Give an installation that holds the folder."""
    return subject.install(tiny, tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="session")
def built(installation: Installation, embedder: Embedder) -> Building:
    """Build the index of the installation, and give what that took."""
    return building.measure(installation, embedder)
