"""Choose the importer for a file or folder by what it holds."""

from collections.abc import Callable, Set
from pathlib import Path

from sqlalchemy.orm import Session

from kb.errors import ImportFailed
from kb.imports.articles import import_articles
from kb.imports.beir import import_beir, is_beir
from kb.imports.contacts import import_contacts
from kb.imports.customers import import_customers
from kb.imports.incidents import import_incidents
from kb.imports.loading import Progress
from kb.imports.markdown import SUFFIXES, import_markdown, markdown_files
from kb.imports.products import import_products
from kb.imports.report import Report
from kb.imports.routing import RuleLine, import_routing
from kb.imports.rows import CSV_SUFFIXES, JSON_SUFFIXES, Row, read_rows
from kb.imports.tickets import import_tickets

Importer = Callable[..., Report]

# In the order in which the files of a folder are imported: what others speak of comes first.
IMPORTERS: dict[str, Importer] = {
    "products": import_products,
    "customers": import_customers,
    "articles": import_articles,
    "tickets": import_tickets,
    "contacts": import_contacts,
    "incidents": import_incidents,
    "routing": import_routing,
    "markdown": import_markdown,
    "beir": import_beir,
}

# What each kind of row cannot be without.
_SIGNS = {
    "products": {"code", "name"},
    "customers": {"id", "identities"},
    "articles": {"title", "body"},
    "tickets": {"subject", "description"},
    "contacts": {"customer", "channel", "at"},
    "incidents": {"title", "text", "state"},
    "routing": {"team"},
}

# Files are named after what they hold; this one holds tickets that nobody has reviewed, whatever is trusted.
UNREVIEWED = "unreviewed"


def sniff(path: Path) -> str:
    """Tell what a file or folder holds: one of the kinds of IMPORTERS, or folder (of files)."""
    if not path.exists():
        raise ImportFailed(f"There is no file or folder {path}.")
    return _folder(path) if path.is_dir() else _file(path)


def import_path(
    session: Session,
    path: Path,
    kind: str | None = None,
    trust: bool = False,
    *,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import a file or a folder, whatever it holds; the files of a folder in the order of IMPORTERS.

    Of a folder, `trust` is for all files but the one that is named unreviewed.
    """
    kind = kind or sniff(path)
    parts = [(path, kind)]
    if kind == "folder":
        parts = _parts(path)
    elif kind == "beir" and (path / "products.jsonl").is_file():
        parts = [(path / "products.jsonl", "products"), (path, kind)]
    if unknown := next((each for _, each in parts if each not in IMPORTERS), None):
        raise ImportFailed(f"“{unknown}” cannot be imported; choose one of {', '.join(IMPORTERS)}.")
    reports = [
        IMPORTERS[each](session, part, trust=trust and _reviewed(path, part), actor=actor, progress=progress)
        for part, each in parts
    ]
    return sum(reports[1:], start=reports[0])


def _reviewed(path: Path, part: Path) -> bool:
    return part == path or part.stem != UNREVIEWED


def _folder(path: Path) -> str:
    if is_beir(path):
        return "beir"
    if _parts(path):
        return "folder"
    if markdown_files(path):
        return "markdown"
    raise ImportFailed(
        f"{path} holds nothing that can be imported: no {', '.join(_SIGNS)} (.jsonl or .csv),"
        " no Markdown files, no corpus.jsonl."
    )


def _parts(path: Path) -> list[tuple[Path, str]]:
    """Find the files of a folder that are named after what they hold."""
    names = [(name, kind) for kind in _SIGNS for name in _names(kind)]
    suffixes = (*JSON_SUFFIXES, *CSV_SUFFIXES)
    named = [(path / f"{name}{suffix}", kind) for name, kind in names for suffix in suffixes]
    return [(file, kind) for file, kind in named if file.is_file()]


def _fits(kind: str, names: Set[str]) -> bool:
    """Tell whether a row can be of this kind; routing replaces what was there, and is not guessed at."""
    if kind == "routing" and not names <= RuleLine.model_fields.keys():
        return False
    return names >= _SIGNS[kind]


def _names(kind: str) -> tuple[str, ...]:
    return (kind, UNREVIEWED) if kind == "tickets" else (kind,)


def _file(path: Path) -> str:
    if path.suffix.lower() in SUFFIXES:
        raise ImportFailed(f"{path.name} is one Markdown file; give the folder that it is in.")
    stem = path.stem.lower()
    named = next((kind for kind in _SIGNS if any(name in stem for name in _names(kind))), None)
    for row in read_rows(path):
        if isinstance(row, Row):
            if {"_id", "text"} <= row.values.keys():
                raise ImportFailed(f"{path.name} belongs to a folder in the layout of BEIR; give the folder.")
            fitting = [kind for kind in _SIGNS if _fits(kind, row.values.keys())]
            if fitting or named:
                return fitting[0] if fitting else str(named)
            break
    if named:
        return named
    wanted = "; ".join(f"{kind} have {' and '.join(sorted(signs))}" for kind, signs in _SIGNS.items())
    raise ImportFailed(f"{path.name} is not known by its fields: {wanted}.")
