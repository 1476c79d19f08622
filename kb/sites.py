"""Support sites that embed the widget: from where they may call us, and how the widget speaks there."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import customers, locales
from kb.errors import Conflict, Invalid, NotFound
from kb.origins import origin
from kb.tables import Site as Row
from kb.tables import now

# One text, or its plural forms; by the id of the text; by language.
Text = str | Mapping[str, str]
Texts = Mapping[str, Mapping[str, Text]]

LONGEST_KEY: Final = 64
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 500  # characters; the longest that ships has 100
# What CLDR calls the forms of a number in any language; every language has the last one.
PLURAL_FORMS: Final = ("zero", "one", "two", "few", "many", "other")
UNKNOWN: Final = "There is no such site."

_KEY: Final = re.compile(r"(?!-)[a-z0-9-]+(?<!-)")
_PLACE: Final = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Site:
    """One support site. Without languages or countries it has those of the widget, and of the whole world.

    `texts` replace those of the widget, by language and id; `mail` is shown where the widget cannot send;
    with `consent` the widget asks before it keeps anything in the browser.
    """

    key: str
    name: str
    origins: tuple[str, ...]
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    texts: Texts = field(default_factory=dict)
    mail: str | None = None
    consent: bool = False


def sites(session: Session) -> tuple[Site, ...]:
    """Return all sites, in the order of their keys."""
    rows = session.scalars(select(Row).where(Row.removed_at.is_(None)).order_by(Row.key))
    return tuple(_view(row) for row in rows)


def get(session: Session, key: str) -> Site:
    """Return a site, or raise NotFound."""
    row = _row(session, key)
    if row is None or row.removed_at:
        raise NotFound(UNKNOWN)
    return _view(row)


def add(session: Session, site: Site, spoken: Texts) -> Site:
    """Write a new site and return it as it was written; `spoken` are the texts of the widget.

    The key of a site that was removed may be used again, and what came from that site belongs to the new one.
    """
    site = checked(site, spoken)
    row = _row(session, site.key)
    if row is not None and row.removed_at is None:
        raise Conflict(f"There is a site “{site.key}” already.")
    if row is None:
        row = Row(key=site.key, created_at=now())
        session.add(row)
    row.removed_at = None
    _write(row, site)
    session.flush()
    return site


def change(session: Session, site: Site, spoken: Texts) -> Site:
    """Write a site over the one with its key, and return it as it was written."""
    site = checked(site, spoken)
    row = _row(session, site.key)
    if row is None or row.removed_at:
        raise NotFound(UNKNOWN)
    _write(row, site)
    session.flush()
    return site


def remove(session: Session, key: str) -> None:
    """Take a site away: its pages may no longer call us. What came from it stays."""
    row = _row(session, key)
    if row is None or row.removed_at:
        raise NotFound(UNKNOWN)
    row.removed_at = now()
    session.flush()


def checked(site: Site, spoken: Texts) -> Site:
    """Return a site in normal form, or raise Invalid with a sentence about the first thing that is wrong."""
    if not _KEY.fullmatch(site.key) or len(site.key) > LONGEST_KEY:
        raise Invalid(
            f"The key of a site has small letters, digits and hyphens, at most {LONGEST_KEY}: my-shop.",
            "key",
        )
    name = site.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(f"A site needs a name of at most {LONGEST_NAME} characters.", "name")
    if not site.origins:
        raise Invalid("A site needs at least one origin, such as https://shop.example.com.", "origins")
    return replace(
        site,
        name=name,
        origins=_each(origin, site.origins),
        languages=_each(lambda tag: _language(tag, spoken), site.languages),
        countries=_each(locales.country, site.countries),
        texts=_texts(site.texts, spoken),
        mail=customers.normal_email(site.mail) if site.mail else None,
    )


def _each(check: Callable[[str], str], given: Iterable[str]) -> tuple[str, ...]:
    """Return what `check` makes of each, none of them twice."""
    return tuple(dict.fromkeys(check(each) for each in given))


def _language(tag: str, spoken: Texts) -> str:
    language = locales.language(tag)
    if language not in spoken:
        raise Invalid(f"The widget does not speak “{tag[:40]}”; it speaks {', '.join(spoken)}.", "languages")
    return language


def _texts(given: Any, spoken: Texts) -> dict[str, dict[str, Text]]:
    """Check texts that a person has written, which may have any shape."""
    if not isinstance(given, Mapping) or not all(isinstance(each, Mapping) for each in given.values()):
        raise Invalid('Texts are written as {"en": {"label": "What may we fix?"}}.', "texts")
    found: dict[str, dict[str, Text]] = {}
    for tag, texts in given.items():
        language = locales.language(tag)
        # A region may have words of its own: de-AT stands on the texts of de.
        known = spoken[_language(locales.primary(language), spoken)]
        found[language] = {id: _text(id, text, known) for id, text in texts.items()}
    return found


def _text(id: str, given: Any, known: Mapping[str, Text]) -> Text:
    if id not in known:
        near = difflib.get_close_matches(id, known, n=1, cutoff=0.0)
        raise Invalid(f"The widget has no text “{id[:40]}”; the nearest one is “{near[0]}”.", "texts")
    counts = not isinstance(known[id], str)
    forms = given if counts and isinstance(given, Mapping) else {"other": given}
    if "other" not in forms or not set(forms) <= set(PLURAL_FORMS):
        raise Invalid(
            f"The text “{id}” has the forms {', '.join(PLURAL_FORMS)}; the last is needed.", "texts"
        )
    places = {place for form in _forms(known[id]) for place in _PLACE.findall(form)}
    written = {name: _form(id, form, places) for name, form in forms.items()}
    return written if counts else written["other"]


def _forms(text: Text) -> Iterable[str]:
    return (text,) if isinstance(text, str) else text.values()


def _form(id: str, given: Any, places: set[str]) -> str:
    """Check one text; `places` are those that the widget fills in."""
    if not isinstance(given, str) or not 0 < len(given.strip()) <= LONGEST_TEXT:
        raise Invalid(f"The text “{id}” must be a text of at most {LONGEST_TEXT} characters.", "texts")
    if strange := set(_PLACE.findall(given)) - places:
        raise Invalid(f"In the text “{id}” nothing is filled in for {min(strange)}.", "texts")
    return given.strip()


def _row(session: Session, key: str) -> Row | None:
    return session.scalars(select(Row).where(Row.key == key)).first()


def _write(row: Row, site: Site) -> None:
    row.name, row.mail, row.consent = site.name, site.mail, site.consent
    row.origins, row.languages, row.countries = list(site.origins), list(site.languages), list(site.countries)
    row.texts = dict(site.texts)


def _view(row: Row) -> Site:
    return Site(
        key=row.key,
        name=row.name,
        origins=tuple(row.origins),
        languages=tuple(row.languages),
        countries=tuple(row.countries),
        texts=row.texts,
        mail=row.mail,
        consent=row.consent,
    )
