"""A folder of Markdown files, one article in one language each, with YAML front matter or none.

The front matter may say `id`, `title`, `language`, `products`, `visibility` and `url`. Without it the id is
the path of the file, the language its ending (`reset.de.md`) or the one it seems to be in, and the title the
first heading.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from kb import locales
from kb.errors import ImportFailed, Invalid
from kb.imports import fields
from kb.imports.articles import ArticleLine, ArticleWriter
from kb.imports.loading import Batches, Progress
from kb.imports.report import Report
from kb.imports.rows import read_text
from kb.text import detect_language

SUFFIXES = (".md", ".markdown")

_FRONT = re.compile(
    r"\A---[ \t]*\r?\n(?P<front>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\r?\n|\Z)")


def markdown_files(folder: Path) -> list[Path]:
    """Return all Markdown files in a folder and below, without hidden ones, in the order of their paths."""
    found = (each for each in folder.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
    return sorted(
        each for each in found if not any(p.startswith(".") for p in each.relative_to(folder).parts)
    )


def import_markdown(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import a folder of Markdown files as articles: published when they are trusted, else drafts."""
    files = markdown_files(path)
    if not files:
        raise ImportFailed(f"{path} holds no Markdown files (.md).")
    report = Report("articles")
    writer = ArticleWriter(session, trust, actor, f"import of {path.name}", report)
    batches = Batches(path, writer.save, report, progress)
    for file in files:
        name = file.relative_to(path).as_posix()
        try:
            values = _values(file, name)
            identity, article = writer.convert(fields.check(ArticleLine, values))
        except Invalid as error:
            batches.reject(0, str(error).rstrip("."), name)
            continue
        report.left_out.update(fields.unknown(ArticleLine, values))
        batches.add(0, identity, article, name)
    batches.flush()
    return report


def _values(file: Path, name: str) -> dict[str, Any]:
    """Read one file as the fields of an article."""
    text = read_text(file)
    front, body = _split(text)
    stem, language = _ending(name.rsplit(".", 1)[0])
    heading = _HEADING.match(body)
    if heading and "title" not in front:
        body = body[heading.end() :]
    return {
        "id": stem,
        "title": heading["title"] if heading else Path(stem).name.replace("-", " ").replace("_", " "),
        "language": language or detect_language(body) or "en",
        **front,
        "body": body,
    }


def _split(text: str) -> tuple[dict[str, Any], str]:
    """Take the front matter off. Its values stay text: YAML would read the language `no` as false."""
    if not re.match(r"---[ \t]*\r?$", text, re.MULTILINE):
        return {}, text
    found = _FRONT.match(text)
    if found is None:
        raise Invalid("begins with --- but the front matter is never closed with ---")
    try:
        front = yaml.load(found["front"], Loader=yaml.BaseLoader)  # noqa: S506  # builds only text, lists, mappings
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise Invalid(f"has front matter that is not YAML, line {line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise Invalid("has front matter that is not YAML") from error
    if front in ("", None):
        return {}, text[found.end() :]
    if not isinstance(front, dict):
        raise Invalid("has front matter that is not a list of names with values")
    return {str(key): value for key, value in front.items() if value != ""}, text[found.end() :]


def _ending(stem: str) -> tuple[str, str | None]:
    """Split `guide/reset.pt-BR` into its id and its language."""
    before, dot, after = stem.rpartition(".")
    try:
        return (before, locales.language(after)) if dot else (stem, None)
    except Invalid:
        return stem, None
