"""Print how good search and decision are: `python -m bench.quality [FOLDER...]`.

The demo company is always measured; each FOLDER is a BEIR folder or holds several. Intervals are 95 %, of
Wilson for hit rates.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import data
from indexer import decide
from indexer.embed import Embedder, open_embedder
from indexer.evaluate import evaluate, wilson
from kb import db, documents, imports
from kb import settings as kb_settings
from kb.imports import Beir, Query
from kb.products import Product

COLUMNS = (
    "hit@1",
    "hit@3",
    "auroc_answerable",
    "auroc_solved",
    "abstained_at_5",
    "coverage",
    "wrong_answer_rate",
)


def demo_set() -> tuple[Beir, tuple[Product, ...]]:
    """Return the demo company's solutions with the questions that were written for them."""
    with TemporaryDirectory() as folder:
        engine = db.open_engine(kb_settings.Settings(data_dir=Path(folder)))
        db.migrate(engine)
        with db.transaction(db.sessions(engine)) as session:
            for name in ("products", "articles", "tickets"):
                imports.import_path(session, data.FOLDER / f"{name}.jsonl", trust=True, actor="quality")
            found, catalogue = list(documents.documents(session)), documents.catalogue(session)
        engine.dispose()
    queries, qrels = demo_questions()
    return Beir("demo", found, queries, qrels), catalogue


def demo_questions() -> tuple[list[Query], dict[str, dict[str, int]]]:
    """Return the questions that were written for the demo company, and the solutions that answer them."""
    queries, qrels = [], {}
    for line in (data.FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        metadata = {"language": row["language"], "country": row["country"]}
        queries.append(Query(row["id"], row["text"], row["language"], row["country"], None, metadata))
        if row["solution"]:
            qrels[row["id"]] = {row["solution"]: 1}
    return queries, qrels


def read_folders(arguments: list[str]) -> Iterator[tuple[Beir, tuple[Product, ...]]]:
    """Read the BEIR folders among the arguments and right below them, each with its products.jsonl if any."""
    for path in map(Path, arguments):
        below = sorted(child.parent for child in path.glob("*/corpus.jsonl"))
        for folder in [path] if (path / "corpus.jsonl").exists() else below:
            products = folder / "products.jsonl"
            catalogue = imports.read_products(products) if products.exists() else ()
            yield imports.read_beir(folder, require_qrels=True), catalogue


def line(figures: dict[str, Any]) -> str:
    """Return one row of the table."""
    counts = (figures["documents"], figures["queries"], figures["answerable"])
    cells = [f"{figures['dataset']:<16} {counts[0]:>7} {counts[1]:>8} {counts[2]:>11}"]
    for name in COLUMNS:
        value = figures[name]
        if value is None:
            cells.append(f"{'-':>19}")
        elif name.startswith("hit@"):
            low, high = wilson(value, figures["answerable"])
            cells.append(f"{value:>7.3f} {low:.3f}-{high:.3f}")
        else:
            cells.append(f"{value:>19.3f}")
    return " ".join(cells)


def main(arguments: list[str]) -> None:
    """Measure the demo company and every folder."""
    settings = kb_settings.load()
    embedder: Embedder = open_embedder(settings)
    decider = decide.load(settings.max_wrong)
    print(
        f"{'set':<16} {'docs':>7} {'queries':>8} {'answerable':>11} " + " ".join(f"{c:>19}" for c in COLUMNS)
    )
    print(line(evaluate("demo", *demo_set(), embedder, decider)), flush=True)
    for beir, catalogue in read_folders(arguments):
        print(line(evaluate(beir.name, beir, catalogue, embedder, decider)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
