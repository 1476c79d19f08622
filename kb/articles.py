"""Articles: written, translated, revised and published. Publishing copies a translation into its solution."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb import catalogue, history, resolutions, solutions
from kb.errors import NotFound
from kb.history import Effect
from kb.tables import Article, ArticleTranslation, Product, Solution, SolutionText, now


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article in one language. `products` and `visibility` None: as in its other languages."""

    id: str
    language: str
    title: str
    body: str
    products: tuple[str, ...] | None = None
    visibility: str | None = None
    url: str | None = None


def write(
    session: Session, article: NewArticle, *, actor: str, why: str, at: datetime | None = None
) -> Effect:
    """Write one translation, or revise it; search does not know of it before it is published."""
    return write_many(session, [article], actor=actor, why=why, at=at)[0]


def write_many(
    session: Session,
    articles: Sequence[NewArticle],
    *,
    actor: str,
    why: str,
    publish: bool = False,
    at: datetime | None = None,
) -> list[Effect]:
    """Write translations, publish them too if asked, and say of each what became of it."""
    moment = at or now()
    known = _known(session, {article.id for article in articles})
    products = _products(session, articles)
    before: dict[str, dict[str, Any]] = {}
    effects: list[Effect] = []
    for article in articles:
        row = known.get(article.id)
        if row is None:
            row = _new(article.id, moment)
            known[article.id] = row
        before.setdefault(article.id, _state(row))
        effects.append(_write(row, article, products, moment))
    _settle(session, known, before, actor, why, moment)
    if publish:
        published = _publish(session, known, articles, actor, why, moment)
        pairs = zip(articles, effects, strict=True)
        return ["changed" if e == "unchanged" and a.id in published else e for a, e in pairs]
    return effects


def publish(
    session: Session, id: str, language: str | None, *, actor: str, why: str, at: datetime | None = None
) -> None:
    """Make an article searchable as it stands, in one language or in all; also after a withdrawal."""
    row = _known(session, [id]).get(id)
    chosen = [each for each in row.translations if language in (None, each.language)] if row else []
    if row is None or not chosen:
        raise NotFound("There is no such article.")
    texts = [_text(row, each) for each in chosen]
    solutions.put(session, texts, kind="article", actor=actor, why=why, revive=True, at=at)
    resolutions.publish(session, [id], actor=actor, why=why, at=at)


def unpublished(session: Session, ids: Iterable[str] | None = None) -> set[tuple[str, str]]:
    """Return (id, language) of all translations, or those of `ids`, whose words search does not show yet."""
    shown = (
        select(SolutionText.id)
        .join(Solution, Solution.id == SolutionText.solution_id)
        .where(
            Solution.key == Article.key,
            SolutionText.language == ArticleTranslation.language,
            SolutionText.title == ArticleTranslation.title,
            SolutionText.body == ArticleTranslation.body,
            SolutionText.state != "draft",
        )
        .exists()
    )
    query = select(Article.key, ArticleTranslation.language).join(ArticleTranslation.article).where(~shown)
    if ids is not None:
        query = query.where(Article.key.in_(set(ids)))
    return {(key, language) for key, language in session.execute(query)}


def _known(session: Session, keys: Iterable[str]) -> dict[str, Article]:
    options = (selectinload(Article.translations), selectinload(Article.products))
    query = select(Article).where(Article.key.in_(set(keys))).options(*options)
    return {row.key: row for row in session.scalars(query)}


def _products(session: Session, articles: Sequence[NewArticle]) -> dict[str, Product]:
    codes = {code for article in articles for code in article.products or ()}
    return {row.code: row for row in catalogue.rows(session, codes)} if codes else {}


def _new(key: str, at: datetime) -> Article:
    # The empty lists spare a query for each later look at them.
    return Article(key=key, visibility="public", created_at=at, updated_at=at, products=[], translations=[])


def _write(row: Article, new: NewArticle, products: dict[str, Product], at: datetime) -> Effect:
    before = _state(row)
    row.visibility = new.visibility or row.visibility
    if new.products is not None and {each.code for each in row.products} != set(new.products):
        row.products = [products[code] for code in sorted(set(new.products))]
    old = next((each for each in row.translations if each.language == new.language), None)
    if old is None:
        row.translations.append(
            ArticleTranslation(
                language=new.language, title=new.title, body=new.body, url=new.url, updated_at=at
            )
        )
        return "added"
    if _state(row) == before and (old.title, old.body, old.url) == (new.title, new.body, new.url):
        return "unchanged"
    old.title, old.body, old.url, old.updated_at = new.title, new.body, new.url, at
    row.updated_at = at
    return "changed"


def _state(row: Article) -> dict[str, Any]:
    return {
        "visibility": row.visibility,
        "products": sorted(each.code for each in row.products),
        **{f"title.{each.language}": each.title for each in row.translations},
        **{f"body.{each.language}": each.body for each in row.translations},
        **{f"url.{each.language}": each.url for each in row.translations},
    }


def _settle(
    session: Session,
    rows: dict[str, Article],
    before: dict[str, dict[str, Any]],
    actor: str,
    why: str,
    at: datetime,
) -> None:
    session.add_all(rows.values())
    session.flush()
    revisions = {}
    for key, old in before.items():
        differing = history.differences(old, _state(rows[key]))
        # What a row said first stands in the row; it is written down here once something replaces it.
        fields = {n: pair for n, pair in differing.items() if pair[0] is not None or n.startswith("title")}
        if fields:
            revisions[rows[key].id] = fields
    history.record_many(session, "article", revisions, actor=actor, why=why, at=at)


def _publish(
    session: Session,
    rows: dict[str, Article],
    articles: Sequence[NewArticle],
    actor: str,
    why: str,
    at: datetime,
) -> set[str]:
    wanted = {(article.id, article.language) for article in articles}
    texts = [
        _text(row, each)
        for key, row in rows.items()
        for each in row.translations
        if (key, each.language) in wanted
    ]
    changed = solutions.put(session, texts, kind="article", actor=actor, why=why, at=at)
    resolutions.publish(session, changed, actor=actor, why=why, at=at)  # solved tickets lead to them now
    return changed


def _text(row: Article, translation: ArticleTranslation) -> solutions.NewText:
    return solutions.NewText(
        id=row.key,
        language=translation.language,
        title=translation.title,
        body=translation.body,
        products=tuple(each.code for each in row.products),
        visibility=row.visibility,
    )
