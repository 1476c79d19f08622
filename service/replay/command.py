"""The command `precedent replay`: look back on past tickets before adopting anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb import settings as kb_settings
from kb.errors import Invalid
from service.terminal import AsJson, print_json, steps

if TYPE_CHECKING:
    from kb.imports import Past
    from service.replay.outcome import Outcome, Price

NOT_READ_LISTED = 5  # reasons why rows were left out that are told one by one


def replay(
    tickets: Annotated[Path, typer.Argument(help="Past tickets: JSON Lines, CSV, or a BEIR folder.")],
    articles: Annotated[Path | None, typer.Option(help="Articles that could have answered them.")] = None,
    products: Annotated[Path | None, typer.Option(help="products.jsonl with the names per country.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report to this page.")] = None,
    judge: Annotated[Path | None, typer.Option(help="Write the page on which pairs are judged.")] = None,
    judged: Annotated[Path | None, typer.Option(help="The answers that the judging page saved.")] = None,
    cost_per_ticket: Annotated[float | None, typer.Option(min=0, help="What one ticket costs you.")] = None,
    currency: Annotated[str, typer.Option(help="The currency of that cost: EUR.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell how many past tickets had been solved before they came in. Nothing is stored."""
    from service.replay import page
    from service.replay.outcome import Price, headline, sentences
    from service.replay.outcome import as_json as plain

    if currency and cost_per_ticket is None:
        raise typer.BadParameter("give the cost too: --cost-per-ticket 12.50", param_hint="--currency")
    price = None if cost_per_ticket is None else Price(cost_per_ticket, currency)
    outcome = _outcome(tickets, articles, products, judged, price)
    if html:
        _write(html, page.report(outcome))
    if judge:
        _write_judging(judge, outcome)
    if as_json:
        print_json(plain(outcome))
        return
    typer.echo(headline(outcome))
    for sentence in [*sentences(outcome), *outcome.notes]:
        typer.echo(sentence)
    if outcome.sample.pairs and not outcome.estimate and not judge:
        typer.echo("To judge them: precedent replay … --judge judge.html, then --judged answers.json.")


def _outcome(
    path: Path, articles: Path | None, products: Path | None, judged: Path | None, price: "Price | None"
) -> "Outcome":
    from indexer import decide
    from indexer.embed import open_embedder
    from indexer.replay import draw, estimate, figures, judged_tickets, read_answers
    from indexer.replay import replay as look_back
    from kb.imports import read_past_articles, read_past_tickets, read_products
    from service.replay.outcome import Outcome

    past = read_past_tickets(path)
    known = read_past_articles(articles) if articles else ()
    catalogue = read_products(products) if products else ()
    if not past.tickets:
        raise Invalid(" ".join(["No ticket could be used.", *notes(past)]))
    settings = kb_settings.load()
    with steps() as step:
        embedder, decider = open_embedder(settings), decide.load(settings.max_wrong)
        replayed = look_back(past.tickets, known, catalogue, embedder, decider, step)
    sample = draw(replayed)
    answers = read_answers(judged, sample) if judged else None
    undated = sum(article.created_at is None for article in known)
    said = notes(past, undated)
    counted = figures(replayed, judged_tickets(sample, answers))
    return Outcome(path.stem, counted, sample, answers, estimate(sample, answers), said, price)


def notes(past: "Past", undated_articles: int = 0) -> tuple[str, ...]:
    """Say what was left out of the tickets, and what had to be assumed."""
    from kb.imports.past import contradictions, repeated

    found = []
    if past.undated:
        found.append(f"{_tickets(past.undated)} without a date {_was(past.undated)} left out.")
    reasons = repeated(past.rejected)
    for reason, count in reasons[:NOT_READ_LISTED]:
        found.append(f"{_tickets(count)} {_was(count)} left out: {reason}.")
    if rest := sum(count for _, count in reasons[NOT_READ_LISTED:]):
        found.append(f"{_tickets(rest)} {_was(rest)} left out for other reasons.")
    if assumed := sum(ticket.assumed for ticket in past.tickets):
        found.append(f"{_tickets(assumed)} solved at no stated time counted as solved when they came in.")
    if past.tickets and not any(ticket.solved_at for ticket in past.tickets):
        found.append("None of the tickets is solved, so none can answer another one.")
    if twice := contradictions(past.tickets):
        often = "once" if twice == 1 else f"{twice:,} times"
        found.append(f"The same text stands under different solutions {often}; each was taken as it is.")
    if undated_articles:
        found.append("Articles without a date counted as written before the first ticket.")
    return tuple(found)


def _tickets(count: int) -> str:
    return f"{count:,} ticket{'' if count == 1 else 's'}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _write_judging(path: Path, outcome: "Outcome") -> None:
    from service.replay import page

    if not outcome.sample.pairs:
        raise Invalid("There is nothing to judge: no ticket without a solution found an earlier one.")
    _write(path, page.judging(outcome))
    typer.echo(f"Open {path} and judge its {len(outcome.sample.pairs):,} pairs.", err=True)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.") from error
