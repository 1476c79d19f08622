"""What is measured: a BEIR folder or the demo company, imported into an installation of its own."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import data
from bench.sets import demo_questions
from indexer.rows import entries
from kb import db, documents, imports, settings
from kb.documents import Document
from kb.imports import Query
from kb.products import NameBook, Product
from kb.settings import Settings

SEED = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """Files that `precedent import --trust` takes, and questions with the solutions that answer them."""

    name: str
    sources: tuple[Path, ...]
    questions: tuple[Query, ...]
    relevant: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation into which the subject was imported; it has no index yet.

    `asked` are distinct texts in random order: all questions first, then phrasings and titles for who needs
    more of them. `short` are titles and phrasings, `passages` all distinct texts that get a vector.
    """

    settings: Settings
    documents: tuple[Document, ...]
    catalogue: tuple[Product, ...]
    asked: tuple[Query, ...]
    short: tuple[str, ...]
    passages: tuple[str, ...]


def demo() -> Subject:
    """Return the demo company with the questions that were written for it."""
    questions, relevant = demo_questions()
    sources = tuple(data.FOLDER / f"{name}.jsonl" for name in ("products", "articles", "tickets"))
    return Subject("demo", sources, tuple(questions), relevant)


def read(folder: Path) -> Subject:
    """Return a BEIR folder."""
    beir = imports.read_beir(folder)
    return Subject(beir.name, (folder,), tuple(beir.queries), beir.qrels)


def install(subject: Subject, folder: Path) -> Installation:
    """Import a subject, as `precedent import --trust` does, into a new installation in `folder`."""
    own = settings.load().changed(data_dir=folder, database_url=None, base_url=None, host="127.0.0.1", port=0)
    engine = db.open_engine(own)
    db.migrate(engine)
    for source in subject.sources:
        with db.transaction(db.sessions(engine)) as session:
            imports.import_path(session, source, trust=True, actor="bench")
    with db.reading(db.sessions(engine)) as session:
        found, catalogue = tuple(documents.documents(session)), documents.catalogue(session)
    engine.dispose()
    order = random.Random(SEED)
    spoken = list(_spoken(found))
    order.shuffle(spoken)
    questions = order.sample(subject.questions, len(subject.questions))
    asked = {query.text.strip(): query for query in reversed([*questions, *spoken])}
    rows = {row.digest: row.text for entry in entries(found, NameBook(catalogue)) for row in entry.rows}
    return Installation(
        settings=own,
        documents=found,
        catalogue=catalogue,
        asked=tuple(reversed(asked.values())),
        short=tuple(dict.fromkeys(query.text for query in spoken)),
        passages=tuple(order.sample(list(rows.values()), len(rows))),
    )


def _spoken(found: tuple[Document, ...]) -> Iterator[Query]:
    for document in found:
        for text in (document.title, *document.phrasings):
            if text:
                yield Query("", text, document.language, None, None, {})
