"""Articles: `id`, `title`, `body` (Markdown), `language`, and perhaps `products`, `visibility` and `url`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from sqlalchemy.orm import Session

from kb import articles
from kb.articles import NewArticle
from kb.errors import Invalid
from kb.history import Effect
from kb.imports.fields import Codes, Key, Language, Line, MaybeText, Text, Title, word
from kb.imports.loading import Progress, known_codes
from kb.imports.report import Report
from kb.imports.writers import Writer

Visibility = Annotated[
    Literal["public", "customers", "employees"] | None, word("public", "customers", "employees")
]


class ArticleLine(Line):
    """One article in one language."""

    id: Key
    title: Title
    body: Text
    language: Language
    products: Codes = None
    visibility: Visibility = None
    url: MaybeText = None


@dataclass(slots=True)
class ArticleWriter(Writer[ArticleLine, NewArticle]):
    """Checks articles against the products and against each other, and writes them."""

    said: dict[tuple[str, str], Any] = field(default_factory=dict)

    def convert(self, line: ArticleLine) -> tuple[object, NewArticle]:
        """Make an article of a row, or say why it cannot be one."""
        products = known_codes(line.products, self.codes)
        self._agree(line.id, "products", sorted(products) if products is not None else None)
        self._agree(line.id, "visibility", line.visibility)
        new = NewArticle(line.id, line.language, line.title, line.body, products, line.visibility, line.url)
        return (line.id, line.language), new

    def save(self, items: list[NewArticle]) -> list[Effect]:
        """Write a batch, and publish it if it is trusted."""
        effects = articles.write_many(self.session, items, actor=self.actor, why=self.why, publish=self.trust)
        if not self.trust:
            waiting = articles.unpublished(self.session, {item.id for item in items})
            self.report.drafts += len({(item.id, item.language) for item in items} & waiting)
        return effects

    def _agree(self, key: str, name: str, value: Any) -> None:
        """Refuse a translation that contradicts another one of the same article."""
        if value is not None and self.said.setdefault((key, name), value) != value:
            raise Invalid(f"“{name}” differs from what another translation of “{key}” says in this file")


def import_articles(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import articles: published when they are trusted, else drafts."""
    report = Report("articles")
    writer = ArticleWriter(session, trust, actor, f"import of {path.name}", report)
    writer.load(path, ArticleLine, progress)
    return report
