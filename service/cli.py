"""The command line: one module a feature, and here what sets up, indexes, searches and serves.

Parts that load the embedder or the web framework are imported where they are used, so that `--help` is quick.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer

from kb import db, documents, locales
from kb import settings as kb_settings
from kb import text as texts
from kb.errors import Invalid, NoIndex, PrecedentError
from kb.settings import Settings
from service import audit
from service.names import names
from service.replay.command import replay
from service.terminal import AsJson, bar, print_json, steps
from service.widget.command import add_missing
from service.widget.command import app as site

if TYPE_CHECKING:
    from indexer.embed import Embedder
    from indexer.snapshot import Snapshot
    from kb.imports import Report
    from service.opening import Opening

ACTOR = "command line"

app = typer.Typer(
    name="precedent",
    help="Support search that finds the solved problem, and files a tracked ticket only when nothing fits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("audit")(audit.audit)
app.command("names")(names)
Country = Annotated[str | None, typer.Option(help="Country of the caller, two letters: ES.")]
Language = Annotated[str | None, typer.Option(help="Language of the caller: es or pt-BR.")]


def main(opening: "Opening | None" = None) -> None:
    """Run a command; what we can explain becomes one sentence on standard error and exit status 1.

    `opening` is what was begun for a server before this module was loaded.
    """
    # Events go beside the output of a command, which another program may read; `serve` has its own way.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        app(obj=opening)
    except PrecedentError as error:
        typer.echo(f"precedent: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        sys.exit(141)


@app.command()
def init() -> None:
    """Make the data folder, the database and the default embedder, or bring them up to date."""
    from indexer.embed import open_embedder

    settings = kb_settings.load()
    db.migrate(db.open_engine(settings))
    embedder = open_embedder(settings)
    typer.echo(f"Database: {_without_password(settings)}")
    typer.echo(f"Embedder: {embedder.id}")
    typer.echo("Ready. Next: precedent import FILE..., then precedent index.")


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="JSON Lines, CSV, a Markdown folder or a BEIR folder.")],
    kind: Annotated[
        str | None,
        typer.Option(help="What is in them, where the name does not tell: products, articles, tickets..."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="A person has reviewed these texts: make them searchable.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import products, customers, articles, tickets, contacts, incidents and routing rules.

    The files of a folder are imported in this order. Rules replace all that were there.

    Exit status 1 when a row was rejected.
    """
    settings = kb_settings.load()
    reports = []
    for path in paths:
        with bar(f"Importing {path.name}", "rows") as shown:
            reports.append(_import(settings, path, kind, trust, shown.update))
        if not as_json:
            _tell(path, reports[-1])
    if as_json:
        print_json([_report(path, report) for path, report in zip(paths, reports, strict=True)])
    if any(report.rejected for report in reports):
        raise typer.Exit(1)


@app.command()
def index(
    recalibrate: Annotated[
        bool, typer.Option("--recalibrate", help="Make no index, but certify what was judged in the audit.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Embed what is published into a new index; only changed text is embedded again."""
    from indexer.embed import open_embedder

    settings = kb_settings.load()
    if recalibrate:
        _recalibrate(settings, as_json)
        return
    id_ = _index(settings, open_embedder(settings))
    if as_json:
        print_json({"snapshot": id_})
    else:
        typer.echo(f"Published index {id_}.")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="The problem, as a customer would type it.")],
    country: Country = None,
    language: Language = None,
    limit: Annotated[int, typer.Option(min=1, max=10, help="Solutions to show.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Search the index as a customer would, with the decision."""
    from indexer.query import open_index
    from service.search.schema import SearchAnswer
    from service.search.view import how_sure

    settings = kb_settings.load()
    spoken = locales.language(language) if language else None
    where = locales.country(country) if country else settings.default_country
    result = open_index(settings).search(text, country=where, language=spoken, limit=limit)
    if as_json:
        print_json(SearchAnswer.of("", result).model_dump(exclude={"search"}))
        return
    for match in result.products:
        typer.echo(f"“{match.matched}” = {match.name}")
    chosen = result.decision
    typer.echo(f"{chosen.action}: {how_sure(chosen)}")
    for rank, hit in enumerate(result.hits, start=1):
        typer.echo(
            f"\n{rank}. {hit.title}  [{hit.id}, {hit.language}]\n   {hit.snippet}\n   ({'; '.join(hit.why)})"
        )
    if result.cut:
        typer.echo(f"\nOnly the first {texts.MAX_QUERY:,} characters were searched.", err=True)
    if result.degraded:
        typer.echo(f"\n{result.degraded}", err=True)


@app.command()
def evaluate(
    folder: Annotated[
        Path, typer.Argument(help="A BEIR folder: corpus.jsonl, queries.jsonl, qrels/test.tsv.")
    ],
    products: Annotated[Path | None, typer.Option(help="products.jsonl with the names per country.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure search and decision on questions whose answers are known. Nothing is stored."""
    from indexer import decide
    from indexer.embed import open_embedder
    from indexer.evaluate import evaluate as measure
    from kb import imports

    settings = kb_settings.load()
    beir = imports.read_beir(folder, require_qrels=True)
    catalogue = imports.read_products(products) if products else ()
    embedder, decider = open_embedder(settings), decide.load(settings.max_wrong)
    with steps() as step:
        figures = measure(folder.resolve().name, beir, catalogue, embedder, decider, step)
    if as_json:
        print_json(figures)
        return
    for name, value in figures.items():
        if name not in ("by", "seconds"):
            typer.echo(f"{name:20} {'-' if value is None else value}")
    for name, value in figures["seconds"].items():
        typer.echo(f"{name:20} {value} s")


app.command()(replay)
app.add_typer(site, name="site")


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
) -> None:
    """Serve the pages and the API."""
    from service.opening import Opening

    opening: Opening = context.obj or Opening()
    _serve(_listening(kb_settings.load(), host, port), opening.embedder)


@app.command()
def demo(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
) -> None:
    """Set up the demo company in a folder of its own and serve it; a second start takes seconds."""
    from data import FOLDER
    from indexer.embed import open_embedder

    settings = _listening(kb_settings.load(), host, port)
    settings = settings.changed(data_dir=settings.data_dir / "demo", database_url=None)
    names = ("products", "customers", "articles", "tickets", "unreviewed", "contacts", "incidents", "routing")
    for name in names:
        kind, trust = ("tickets", False) if name == "unreviewed" else (name, True)
        with bar(f"Importing {name}.jsonl", "rows") as shown:
            _import(settings, FOLDER / f"{name}.jsonl", kind, trust, shown.update)
    add_missing(settings, FOLDER / "sites.jsonl")
    embedder = open_embedder(settings)
    _index(settings, embedder, only_if_changed=True)
    typer.echo(f"The demo company lives in {settings.data_dir}; delete that folder to be rid of it.")
    _serve(settings, lambda: embedder)


def _import(
    settings: Settings, path: Path, kind: str | None, trust: bool, progress: Callable[[int], object]
) -> "Report":
    from kb import imports

    engine = db.open_engine(settings)
    db.migrate(engine)
    with db.transaction(db.sessions(engine)) as session:
        return imports.import_path(session, path, kind=kind, trust=trust, actor=ACTOR, progress=progress)


def _tell(path: Path, report: "Report") -> None:
    for sentence in report.sentences():
        typer.echo(f"{path.name}: {sentence}")
    for rejected in report.rejected:
        typer.echo(f"  rejected {rejected}", err=True)


def _report(path: Path, report: "Report") -> dict[str, Any]:
    counts = {name: getattr(report, name) for name in ("kind", "added", "changed", "unchanged", "drafts")}
    rejected = [{"file": r.file, "line": r.line, "reason": r.reason} for r in report.rejected]
    return {"path": str(path), **counts, "notes": report.notes, "rejected": rejected}


def _index(settings: Settings, embedder: "Embedder", *, only_if_changed: bool = False) -> str:
    from indexer.build import build

    engine = db.open_engine(settings)
    db.migrate(engine)
    with db.reading(db.sessions(engine)) as session:
        mark = documents.watermark(session)
        live = _live(settings) if only_if_changed else None
        if live and (live.watermark, live.embedder) == (mark, embedder.id):
            return live.id
        found = list(documents.documents(session))
        catalogue = documents.catalogue(session)
    if not found:
        raise Invalid("Nothing is published yet: import what was reviewed with --trust, then index.")
    with steps() as step:
        return build(found, catalogue, mark, embedder, settings.index_dir, step)


def _recalibrate(settings: Settings, as_json: bool) -> None:
    from indexer.embed import open_embedder
    from service import recalibration

    engine = db.open_engine(settings)
    db.migrate(engine)
    report = recalibration.recalibrate(settings, db.sessions(engine), open_embedder(settings).id)
    if as_json:
        print_json(report.payload())
        return
    for sentence in report.sentences():
        typer.echo(sentence)


def _live(settings: Settings) -> "Snapshot | None":
    from indexer import snapshot

    try:
        return snapshot.load(settings.index_dir)
    except NoIndex:
        return None


def _serve(settings: Settings, embedder: "Callable[[], Embedder | None]") -> None:
    gc.disable()  # until the server has started
    from service.app import create_app
    from service.server import serve as listen

    def announce(address: str) -> None:
        typer.echo(f"Precedent is ready at {address} (Ctrl+C stops it).")

    listen(create_app(settings, embedder()), settings, announce)


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    return settings.changed(
        host=settings.host if host is None else host, port=settings.port if port is None else port
    )


def _without_password(settings: Settings) -> str:
    return db.open_engine(settings).url.render_as_string(hide_password=True)
