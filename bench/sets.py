"""The sets of questions whose answers are known: the demo company, and BEIR folders."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import data
from kb import db, documents, imports
from kb import settings as kb_settings
from kb.imports import Beir, Query
from kb.products import Product

# The sets that docs/QUALITY.md tells of; it is written anew only when all of them were measured.
PUBLISHED = ("demo", "banking77", "btcfaq", "clinc150", "product-names", "wixqa", "wixqa-open")


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
