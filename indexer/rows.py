"""What is matched of a document: its passages with canonical product names, and how they are told apart."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from indexer.chunks import Passage, passages
from kb.documents import Document
from kb.products import NameBook

DIGEST_BYTES = 16
Key = tuple[str, str]  # id and language of a document


@dataclass(frozen=True, slots=True)
class Row:
    """One passage as it is matched: with canonical product names, a piece of the body after the title."""

    id: int
    digest: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A document, without its phrasings, and its passages; `mark` changes with anything in the document."""

    document: Document
    mark: bytes
    rows: tuple[Row, ...]

    @property
    def key(self) -> Key:
        return self.document.id, self.document.language


def entries(documents: Iterable[Document], book: NameBook) -> list[Entry]:
    """Return the passages of documents, each passage of a document once."""
    found = []
    for document in documents:
        rows = {row.id: row for row in (passage_row(document, each, book) for each in passages(document))}
        found.append(Entry(replace(document, phrasings=()), mark(document), tuple(rows.values())))
    return found


def mark(document: Document) -> bytes:
    """Return a digest of everything in a document, its phrasings too."""
    return _digest(json.dumps(asdict(document), ensure_ascii=False))


def passage_row(document: Document, passage: Passage, book: NameBook) -> Row:
    """Return what is matched of a passage; the same text in the same place has the same id for ever."""
    text = f"{document.title}. {passage.text}" if passage.kind == "body" and document.title else passage.text
    names = book.find(text, language=document.language, among=document.products)
    text = book.canonical(text, names)
    return Row(_passage_id(document, passage, text), _digest(text), text)


def _passage_id(document: Document, passage: Passage, text: str) -> int:
    """Return 63 bits of a hash of the place and the text."""
    parts = "\x00".join((document.id, document.language, passage.kind, text))
    return int.from_bytes(hashlib.sha256(parts.encode()).digest()[:8], "big") >> 1


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]
