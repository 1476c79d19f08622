"""`precedent names`: what the recorded searches say of the product names."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer
from tqdm import tqdm

from kb import db, name_report
from kb import settings as kb_settings
from kb.name_report import LEAST_PEOPLE, NameReport, SilentName, UnknownName

BAR_AFTER = 1.0  # seconds; shorter work shows no bar
NO_SEARCH = "No search was recorded yet, so nothing can be said of the names."


def names(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show product names that nobody searched by, and names that people use but the products do not have.

    All recorded searches are read again, with the names as they are today.
    """
    settings = kb_settings.load()
    engine = db.open_engine(settings)
    bar = tqdm(desc="Reading searches", unit=" searches", delay=BAR_AFTER, disable=None)
    try:
        db.migrate(engine)
        with db.reading(db.sessions(engine)) as session, bar:
            found = name_report.report(session, bar.update)
    finally:
        engine.dispose()
    if as_json:
        typer.echo(json.dumps(_row(found), ensure_ascii=False, indent=2))
        return
    for line in _lines(found):
        typer.echo(line)


def _row(found: NameReport) -> dict[str, Any]:
    row = asdict(found)
    for unknown in row["unknown"]:
        unknown["countries"] = dict(unknown["countries"])
    return row


def _lines(found: NameReport) -> Iterator[str]:
    if not found.searches:
        yield NO_SEARCH
        return
    yield f"Searches: {found.searches}, people: {found.people}."
    yield ""
    if found.unknown:
        yield "Names that people use, and that no product has:"
        yield from map(_unknown, found.unknown)
    else:
        yield f"No unknown name was used by {LEAST_PEOPLE} people or more."
    yield ""
    if found.silent:
        yield "Names that no search used:"
        yield from map(_silent, found.silent)
    else:
        yield "Every name of every product was used."


def _unknown(name: UnknownName) -> str:
    places = ", ".join(f"{country} {people}" for country, people in name.countries)
    return f"  {name.name}: {name.people} people{f' ({places})' if places else ''}, as in “{name.example}”"


def _silent(name: SilentName) -> str:
    places = f" ({', '.join(name.countries)})" if name.countries else ""
    return f"  {name.name}{places}, of {name.product} [{name.code}]"
