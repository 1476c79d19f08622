"""What commands share on a terminal: bars while something takes long, and JSON for other programs."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from tqdm import tqdm

BAR_AFTER = 1.0  # seconds; shorter work shows no bar
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def print_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def bar(what: str, unit: str) -> "Iterator[tqdm[Any]]":
    """Show a bar on a terminal, once the work takes longer than a moment."""
    with tqdm(desc=what, unit=f" {unit}", delay=BAR_AFTER, disable=None) as shown:
        yield shown


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar a step; the step says how much of how much is done."""
    bars: dict[str, tqdm[Any]] = {}

    def step(what: str, done: int, total: int) -> None:
        if what not in bars:
            bars[what] = tqdm(
                desc=what.capitalize(), total=total, unit=" texts", delay=BAR_AFTER, disable=None
            )
        bars[what].update(done - bars[what].n)

    try:
        yield step
    finally:
        for each in bars.values():
            each.close()
