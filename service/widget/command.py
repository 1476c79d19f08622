"""`precedent site`: which sites embed the widget, and what they copy into their pages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy.orm import Session

from kb import db, sites
from kb import settings as kb_settings
from kb.errors import Invalid
from kb.settings import Settings
from kb.sites import Site
from service.terminal import AsJson, print_json

if TYPE_CHECKING:
    from service.widget.tag import Tags

NO_SITE = "There is no site yet: precedent site add KEY --origin https://shop.example.com"
NOT_PUBLIC = "Set PRECEDENT_BASE_URL to your public address: other machines cannot reach {address}."

app = typer.Typer(
    help="Sites that embed the widget: from where they may call us, how it speaks there, and what to copy.",
    no_args_is_help=True,
)
Key = Annotated[str, typer.Argument(help="Key of the site: small letters, digits and hyphens.")]
Origins = Annotated[
    list[str] | None, typer.Option("--origin", help="Where its pages are: https://shop.example.com. Repeat.")
]
Name = Annotated[str | None, typer.Option(help="Name of the site; its key, if none is given.")]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="A language of its readers: de. Repeat; “” means all.")
]
Countries = Annotated[
    list[str] | None, typer.Option("--country", help="A country of its readers: DE. Repeat; “” means all.")
]
Mail = Annotated[str | None, typer.Option(help="Shown when nothing can be sent to us; “” means none.")]
TextsFile = Annotated[
    Path | None,
    typer.Option("--texts", help='JSON with texts of its own: {"en": {"label": "What may we fix?"}}.'),
]
Consent = Annotated[
    bool | None,
    typer.Option("--consent/--no-consent", help="Ask before anything is kept in the reader's browser."),
]


@app.command()
def add(
    key: Key,
    origin: Origins = None,
    name: Name = None,
    language: Languages = None,
    country: Countries = None,
    mail: Mail = None,
    texts: TextsFile = None,
    consent: Consent = None,
    as_json: AsJson = False,
) -> None:
    """Let a site embed the widget, and print what it copies into its pages."""
    new = _changed(Site(key, name or key, ()), origin, name, language, country, mail, texts, consent)
    with _database() as (settings, session):
        _show(settings, sites.add(session, new, _spoken()), as_json)


@app.command()
def change(
    key: Key,
    origin: Origins = None,
    name: Name = None,
    language: Languages = None,
    country: Countries = None,
    mail: Mail = None,
    texts: TextsFile = None,
    consent: Consent = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given, and leave the rest; a list replaces the one that was there."""
    given = (origin, name, language, country, mail, texts, consent)
    if all(each is None for each in given):
        raise typer.BadParameter("Say what is to be changed, such as --origin or --mail.")
    with _database() as (settings, session):
        changed = _changed(sites.get(session, key), *given)
        _show(settings, sites.change(session, changed, _spoken()), as_json)


@app.command()
def show(key: Key, as_json: AsJson = False) -> None:
    """Show a site, and what it copies into its pages."""
    with _database() as (settings, session):
        _show(settings, sites.get(session, key), as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all sites."""
    with _database() as (_, session):
        found = sites.sites(session)
    if as_json:
        print_json([asdict(site) for site in found])
        return
    if not found:
        typer.echo(NO_SITE)
    for site in found:
        typer.echo(f"{site.key}: {site.name}, {', '.join(site.origins)}")


@app.command()
def remove(key: Key) -> None:
    """Take a site away: its pages can no longer call us. Searches and tickets that came from it stay."""
    with _database() as (_, session):
        sites.remove(session, key)
    typer.echo(f"The site “{key}” is removed; its pages are refused within a second.")


def add_missing(settings: Settings, path: Path) -> None:
    """Add the sites of a file of JSON Lines that are not there yet; those that are stay as they are."""
    engine = db.open_engine(settings)
    with db.transaction(db.sessions(engine)) as session:
        known = {site.key for site in sites.sites(session)}
        for line in path.read_text(encoding="utf-8").splitlines():
            site = Site(**json.loads(line))
            if site.key not in known:
                sites.add(session, site, _spoken())
    engine.dispose()


@contextmanager
def _database() -> Iterator[tuple[Settings, Session]]:
    settings = kb_settings.load()
    engine = db.open_engine(settings)
    try:
        db.migrate(engine)
        with db.transaction(db.sessions(engine)) as session:
            yield settings, session
    finally:
        engine.dispose()


def _spoken() -> sites.Texts:
    from service.widget.build import texts

    return texts()


def _changed(
    site: Site,
    origins: list[str] | None,
    name: str | None,
    languages: list[str] | None,
    countries: list[str] | None,
    mail: str | None,
    texts: Path | None,
    consent: bool | None,
) -> Site:
    """Return a site with what was given; an empty value takes away what was there."""
    lists = {"origins": origins, "languages": languages, "countries": countries}
    given: dict[str, Any] = {
        field: tuple(filter(None, each)) for field, each in lists.items() if each is not None
    }
    given |= {
        field: value
        for field, value in (("name", name), ("mail", mail), ("consent", consent))
        if value is not None
    }
    if texts is not None:
        given["texts"] = _read(texts)
    return replace(site, **given)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", "texts") from error
    except ValueError as error:
        raise Invalid(f"{path} is not JSON in UTF-8: {error}.", "texts") from error


def _show(settings: Settings, site: Site, as_json: bool) -> None:
    from service.widget.tag import tags

    found = tags(site, settings.address, settings.data_dir)
    if as_json:
        copied = {"evergreen": found.evergreen, "pinned": found.pinned, "policy": found.policy}
        print_json({**asdict(site), "copy": copied})
        return
    for line in _lines(settings, site, found):
        typer.echo(line)
    if settings.base_url is None:
        typer.echo(NOT_PUBLIC.format(address=settings.address), err=True)


def _lines(settings: Settings, site: Site, found: "Tags") -> Iterator[str]:
    texts = ", ".join(f"{len(each)} in {language}" for language, each in site.texts.items())
    yield f"{site.name} [{site.key}]"
    yield f"  origins    {', '.join(site.origins)}"
    yield f"  languages  {', '.join(site.languages) or 'all that the widget speaks'}"
    yield f"  countries  {', '.join(site.countries) or 'all'}"
    yield f"  own texts  {texts or 'none'}"
    yield f"  mail       {site.mail or 'none'}"
    yield f"  consent    {'asked for' if site.consent else 'not asked for'}"
    yield ""
    yield "To be always up to date, copy:"
    yield found.evergreen
    yield ""
    yield "To stay with this version, whose hash browsers check, copy:"
    yield found.pinned
    yield ""
    yield "Where the site has a policy, add to it:"
    yield found.policy
    yield ""
    yield f"Try it, with product, language and colours: {settings.address}/embed/{site.key}"
