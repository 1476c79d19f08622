"""The two pages that replay writes: each one file that needs nothing else, and no server."""

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from indexer.replay.estimate import FEWEST
from indexer.replay.growing import LAG
from indexer.replay.sample import FORMAT
from service.replay import charts
from service.replay.outcome import Outcome, headline, percent, sentences, span

ROOT = Path(__file__).parents[1]
LONGEST = 600  # characters of a text that are shown; who judges reads about ten lines
# What would end a script, or begin a comment in it, inside of JSON: the same characters, escaped.
_INSIDE_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def report(outcome: Outcome) -> str:
    """Return the report: headline, charts with tables, matters and examples."""
    by = outcome.figures.by
    return (
        _environment()
        .get_template("replay/report.html")
        .render(
            outcome=outcome,
            figures=outcome.figures,
            headline=headline(outcome),
            sentences=sentences(outcome),
            columns=charts.columns(by["month"]),
            rows={name: charts.lines(by[name]) for name in ("product", "language")},
            chart=charts,
            fewest=FEWEST,
            lag=LAG,
        )
    )


def judging(outcome: Outcome) -> str:
    """Return the page on which the pairs are judged; it shows nothing of how likely they are."""
    pairs = [
        {
            "id": pair.id,
            "asked": cut(pair.replayed.ticket.text),
            "title": cut(pair.replayed.hits[0].title),
            "found": cut(pair.replayed.hits[0].text),
        }
        for pair in outcome.sample.pairs
    ]
    sample = {
        "format": FORMAT,
        "sample": outcome.sample.digest,
        "needed": outcome.sample.needed,
        "pairs": pairs,
    }
    page = _environment().get_template("replay/judge.html")
    return page.render(name=outcome.name, needed=outcome.sample.needed, sample=in_script(sample))


def in_script(value: object) -> Markup:
    """Return a value as JSON that may stand inside of a script element."""
    text = json.dumps(value, ensure_ascii=False)
    return Markup("".join(_INSIDE_SCRIPT.get(each, each) for each in text))  # noqa: S704 - escaped above


def cut(text: str, longest: int = LONGEST) -> str:
    """Return a text shortened at a space."""
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(percent=percent, span=span, cut=cut)
    return made
