"""Folders in the layout of BEIR: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`.

Relevance is at solution level: `metadata.solution` of a corpus row, else its `_id`. The first row of a
solution is shown; every further one is a phrasing of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session

from kb import locales, solutions
from kb.articles import NewArticle
from kb.documents import Document
from kb.errors import ImportFailed, Invalid
from kb.history import Effect
from kb.imports import fields
from kb.imports.articles import ArticleLine, ArticleWriter
from kb.imports.fields import AnyLine, Codes, Key, Line, MaybeKey, MaybeLanguage, MaybeText, Text, parsed
from kb.imports.loading import BATCH, Batches, Progress
from kb.imports.report import Rejected, Report
from kb.imports.rows import Row, read_rows, read_text
from kb.solutions import NewPhrasing

# A text without a title is shown under its beginning; about what fits into one line.
_LONGEST_BEGINNING = 120

_PLACES = {"language": locales.language, "country": locales.country}


@dataclass(frozen=True, slots=True)
class Query:
    """A question of an evaluation set, with what its asker is known by."""

    id: str
    text: str
    language: str | None
    country: str | None
    kind: str | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beir:
    """A whole set. A query without an entry in `qrels` cannot be answered from the documents."""

    name: str
    documents: list[Document]
    queries: list[Query]
    qrels: dict[str, dict[str, int]]
    rejected: list[Rejected] = field(default_factory=list)


class _Metadata(Line):
    solution: MaybeKey = None
    language: MaybeLanguage = None
    product: MaybeKey = None
    products: Codes = None


class _CorpusLine(Line):
    id: Key = Field(alias="_id")
    title: MaybeText = None
    text: MaybeText = None
    metadata: Annotated[_Metadata, BeforeValidator(parsed)] = _Metadata()


class _QueryLine(Line):
    id: Key = Field(alias="_id")
    text: Text
    metadata: Annotated[dict[str, Any], BeforeValidator(parsed)] = {}  # noqa: RUF012


@dataclass(slots=True)
class _Solution:
    first: _CorpusLine
    line: int
    phrasings: list[tuple[str, str]] = field(default_factory=list)  # row id, text
    products: dict[str, None] = field(default_factory=dict)


def read_beir(path: Path, *, require_qrels: bool = False) -> Beir:
    """Read a folder; queries and qrels may be missing unless they are required."""
    rejected: list[Rejected] = []
    found, rows = _corpus(path, rejected)
    if not found:
        first = f" {rejected[0]}" if rejected else ""
        raise ImportFailed(f"{path / 'corpus.jsonl'} holds no document that can be used.{first}")
    queries = _queries(path, rejected, require_qrels)
    qrels = _qrels(path, rows, rejected, require_qrels)
    return Beir(path.name, [_document(key, each) for key, each in found.items()], queries, qrels, rejected)


def import_beir(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import the corpus as articles: published when they are trusted, else drafts."""
    report = Report("documents")
    found, _ = _corpus(path, report.rejected)
    writer = ArticleWriter(session, trust, actor, f"import of {path.name}", report)

    def save(items: list[tuple[NewArticle, _Solution]]) -> list[Effect]:
        return _save(writer, items, progress)

    batches = Batches(path / "corpus.jsonl", save, report, progress)
    for key, solution in found.items():
        try:
            identity, article = writer.convert(fields.check(ArticleLine, _article(key, solution)))
        except Invalid as error:
            batches.reject(solution.line, str(error).rstrip("."))
            continue
        batches.add(solution.line, identity, (article, solution))
    batches.flush()
    return report


def is_beir(path: Path) -> bool:
    """Tell whether a folder has the layout of BEIR."""
    return (path / "corpus.jsonl").is_file()


def _save(
    writer: ArticleWriter, items: list[tuple[NewArticle, _Solution]], progress: Progress | None
) -> list[Effect]:
    effects = writer.save([article for article, _ in items])
    if not writer.trust:
        return effects
    changed: set[str] = set()
    phrasings = [each for article, solution in items for each in _new_phrasings(article.id, solution)]
    for start in range(0, len(phrasings), BATCH):
        page = phrasings[start : start + BATCH]
        changed |= solutions.add_phrasings(writer.session, page)
        if progress:
            progress(len(page))
    pairs = zip(items, effects, strict=True)
    return ["changed" if e == "unchanged" and article.id in changed else e for (article, _), e in pairs]


def _article(key: str, solution: _Solution) -> dict[str, Any]:
    document = _document(key, solution)
    return {
        "id": key,
        "title": document.title[: fields.LONGEST_TITLE],
        "body": document.text,
        "language": document.language,
        "products": list(document.products),
    }


def _new_phrasings(key: str, solution: _Solution) -> Iterator[NewPhrasing]:
    language = solution.first.metadata.language or "en"
    for row, text in solution.phrasings:
        yield NewPhrasing(key, text, language, "import", f"beir:{row}")


def _document(key: str, solution: _Solution) -> Document:
    first = solution.first
    title = first.title or _beginning(first.text or "")
    return Document(
        id=key,
        language=first.metadata.language or "en",
        products=tuple(solution.products),
        title=title,
        text=first.text or title,
        phrasings=tuple(text for _, text in solution.phrasings),
    )


def _beginning(text: str) -> str:
    """Return the first line of a text, shortened at a space."""
    line = text.splitlines()[0]
    if len(line) <= _LONGEST_BEGINNING:
        return line
    return line[:_LONGEST_BEGINNING].rsplit(" ", 1)[0] + "…"


def _corpus(path: Path, rejected: list[Rejected]) -> tuple[dict[str, _Solution], dict[str, str]]:
    """Return the solutions by id, and the solution of each row."""
    file = path / "corpus.jsonl"
    if not file.is_file():
        raise ImportFailed(f"{path} holds no corpus.jsonl; a folder in the layout of BEIR has one.")
    found: dict[str, _Solution] = {}
    rows: dict[str, str] = {}
    for line, row in _checked(file, _CorpusLine, rejected):
        text = "\n".join(part for part in (row.title, row.text) if part)
        if not text or row.id in rows:
            reason = "“title” and “text” are both empty" if not text else f"repeats the id “{row.id}”"
            rejected.append(Rejected(line, reason, file.name))
            continue
        key = row.metadata.solution or row.id
        rows[row.id] = key
        if key in found:
            found[key].phrasings.append((row.id, text))
        else:
            found[key] = _Solution(row, line)
        given = (*(row.metadata.products or ()), *([row.metadata.product] if row.metadata.product else ()))
        found[key].products.update(dict.fromkeys(given))
    return found, rows


def _checked(file: Path, kind: type[AnyLine], rejected: list[Rejected]) -> Iterator[tuple[int, AnyLine]]:
    for row in read_rows(file):
        if isinstance(row, Row):
            try:
                yield row.line, fields.check(kind, row.values)
            except Invalid as error:
                rejected.append(Rejected(row.line, str(error), file.name))
        else:
            rejected.append(Rejected(row.line, row.reason, file.name))


def _queries(path: Path, rejected: list[Rejected], required: bool) -> list[Query]:
    file = path / "queries.jsonl"
    if not file.is_file():
        if required:
            raise ImportFailed(f"{path} holds no queries.jsonl; without questions nothing can be evaluated.")
        return []
    found: dict[str, Query] = {}
    for line, row in _checked(file, _QueryLine, rejected):
        if row.id in found:
            rejected.append(Rejected(line, f"repeats the id “{row.id}”", file.name))
            continue
        places = {name: _place(row, name, check, line, rejected) for name, check in _PLACES.items()}
        kind = row.metadata.get("kind")
        found[row.id] = Query(
            row.id, row.text, places["language"], places["country"], str(kind) if kind else None, row.metadata
        )
    return list(found.values())


def _place(
    row: _QueryLine, name: str, check: Callable[[str], str], line: int, rejected: list[Rejected]
) -> str | None:
    """Return the language or country of a question; a wrong one is told, and costs no question."""
    value = row.metadata.get(name)
    try:
        return check(str(value)) if value else None
    except Invalid as error:
        rejected.append(Rejected(line, f"{error} It is asked without.", "queries.jsonl"))
        return None


def _qrels(
    path: Path, rows: dict[str, str], rejected: list[Rejected], required: bool
) -> dict[str, dict[str, int]]:
    file = path / "qrels" / "test.tsv"
    if not file.is_file():
        if required:
            raise ImportFailed(f"{path} holds no qrels/test.tsv; without it nobody knows the right answers.")
        return {}
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        cells = line.split("\t")
        if not line.strip() or (number == 1 and cells[-1].strip() == "score"):
            continue
        if len(cells) != 3 or not cells[2].strip().lstrip("-").isdigit():
            rejected.append(Rejected(number, "is not query-id, corpus-id and score", "qrels/test.tsv"))
        elif (score := int(cells[2])) > 0:
            key = rows.get(cells[1].strip(), cells[1].strip())
            given = found.setdefault(cells[0].strip(), {})
            given[key] = max(score, given.get(key, 0))
    return found
