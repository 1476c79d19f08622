"""`precedent audit`: judge at the keyboard, or by files for other programs."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session, sessionmaker

from kb import audits, db
from kb import settings as kb_settings
from kb.audits import Verdict, Waiting
from kb.errors import Invalid, PrecedentError

ACTOR = "command line"
ASK = "Does it solve the problem? y = yes, n = no, u = I cannot tell, s = skip, q = quit"
KEYS: dict[str, Verdict] = {"y": "right", "n": "wrong", "u": "unclear"}


def audit(
    judge: Annotated[
        Path | None,
        typer.Option(
            help='File of lines like {"search": "p7Zk…", "verdict": "right"}; or wrong, or unclear.'
        ),
    ] = None,
    by: Annotated[str, typer.Option(help="Who judges.")] = ACTOR,
    as_json: Annotated[bool, typer.Option("--json", help="Print what waits to be judged, as JSON.")] = False,
) -> None:
    """Judge searches that were drawn by lot: is the first solution the right one?

    Judge all that wait, the hard ones too: what was judged proves how many answers are wrong.
    """
    settings = kb_settings.load()
    engine = db.open_engine(settings)
    db.migrate(engine)
    try:
        sessions = db.sessions(engine)
        if judge:
            _judge_file(sessions, judge, by)
        elif as_json:
            _print_waiting(sessions)
        else:
            _ask_all(sessions, by)
    finally:
        engine.dispose()


def _waiting(sessions: sessionmaker[Session]) -> list[Waiting]:
    with db.reading(sessions) as session:
        return audits.waiting(session)


def _print_waiting(sessions: sessionmaker[Session]) -> None:
    rows = [{**asdict(each), "at": each.at.isoformat()} for each in _waiting(sessions)]
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))


def _ask_all(sessions: sessionmaker[Session], by: str) -> None:
    """Show what waits, one after the other; each answer is kept at once."""
    waiting = _waiting(sessions)
    if not waiting:
        typer.echo("Nothing waits to be judged.")
        return
    judged = 0
    for number, each in enumerate(waiting, start=1):
        _show(each, f"{number} of {len(waiting)}")
        key = _key()
        if key == "q":
            break
        if key in KEYS:
            _keep(sessions, each.search, KEYS[key], by)
            judged += 1
    typer.echo(f"\nJudged: {judged}. Still waiting: {len(waiting) - judged}.")


def _show(each: Waiting, place: str) -> None:
    typer.echo(f"\n{place}, asked on {each.at:%Y-%m-%d}" + (f", {each.country}" if each.country else ""))
    typer.echo(f"\n  {_readable(each.text)}\n")
    title = _readable(each.title or "not there any more")
    typer.echo(f"First solution: {title}  [{_readable(each.solution)}]")
    if each.body:
        typer.echo(f"\n{_readable(each.body)}\n")


def _readable(text: str) -> str:
    """Leave out what would command a terminal rather than be read."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


def _key() -> str:
    while True:
        try:
            said: str = typer.prompt(ASK, prompt_suffix="\n> ")
        except typer.Abort:  # Ctrl+C, or the end of what is piped in: what was judged is kept
            return "q"
        if (key := said.strip().lower()[:1]) in (*KEYS, "s", "q"):
            return key


def _judge_file(sessions: sessionmaker[Session], path: Path, by: str) -> None:
    """Take the judgements of a file; exit status 1 where a line was rejected."""
    judged, rejected = 0, 0
    for number, line in _lines(path):
        try:
            row = _row(line)
            _keep(sessions, row["search"], row["verdict"], str(row.get("by") or by))
            judged += 1
        except PrecedentError as error:
            rejected += 1
            typer.echo(f"{path.name}, line {number}: {error}", err=True)
    typer.echo(f"Judged: {judged}. Rejected: {rejected}.")
    if rejected:
        raise typer.Exit(1)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise Invalid(f"{path} cannot be read: {reason}.") from error
    yield from ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Invalid("This is not JSON.") from error
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("search", "verdict")):
        raise Invalid("A line needs “search” and “verdict”.")
    return row


def _keep(sessions: sessionmaker[Session], search: str, verdict: Verdict, by: str) -> None:
    with db.transaction(sessions) as session:
        audits.judge(session, search, verdict, by)
