"""`precedent import` killed at any moment: each file is wholly there, or not at all."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from kb import db
from kb.settings import Settings
from kb.tables import Article, ArticleTranslation, Solution, SolutionText, Ticket, TicketEvent
from tests.proof import company
from tests.proof.counts import Counts
from tests.proof.processes import LOOK_SECONDS, Command, plan

ROWS = 100  # in each of the two files of a round: writing them takes about half a second
SHARES = {"starting": 1, "writing": 4}  # what the rounds aim at


@dataclass
class Imports:
    """Rounds of imports into one database, and which files arrived."""

    settings: Settings
    folder: Path
    random: Random
    spread: dict[str, float] = field(default_factory=dict)  # seconds that each phase takes on this machine
    there: dict[str, bool] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)

    def calibrate(self) -> None:
        """Import undisturbed once, and take the time."""
        command = self.begin(0)
        assert command.reaches(command.writes_database)
        starting = time.monotonic() - command.begun
        writing = 0.0
        while command.running:
            if command.writes_database():
                writing = time.monotonic() - command.begun - starting
            time.sleep(LOOK_SECONDS)
        assert command.wait() == 0, command.complaints
        self.spread = {"starting": starting, "writing": writing * 1.1}  # and a little beyond
        self.check(0, command.output)

    def round(self, number: int, aim: str) -> None:
        """Import two files, kill it on the way, and look at what is there."""
        delay = self.random.uniform(0, self.spread[aim])
        command = self.begin(number)
        if aim == "writing":
            command.reaches(command.writes_database)
        time.sleep(delay)
        command.stop()
        hit = ("writing" if command.writes_database() else "not writing") if command.running else "ended"
        command.kill()
        self.hits[f"{hit}, {self.check(number, command.output)} of 2 files there"] += 1

    def begin(self, number: int) -> Command:
        """Write the files of a round, and start to import them."""
        files = self.files(number)
        for file, row in zip(files, (article, ticket), strict=True):
            lines = (json.dumps(row(number, place)) for place in range(ROWS))
            file.write_text("\n".join(lines), encoding="utf-8")
        return Command(self.settings, self.folder / "import.out", "import", "--trust", *files)

    def files(self, number: int) -> tuple[Path, Path]:
        """Return the files of a round; each is imported in a transaction of its own."""
        return self.folder / f"articles-{number}.jsonl", self.folder / f"tickets-{number}.jsonl"

    def arrived(self, number: int) -> bool:
        """Say whether all files of a round are there."""
        return all(self.there[file.stem] for file in self.files(number))

    def check(self, number: int, said: str) -> int:
        """Look at the database as the next process finds it; return how many files are there."""
        engine = db.open_engine(self.settings)
        assert intact(engine)
        with db.reading(db.sessions(engine)) as session:
            found = {"articles": articles(session, number), "tickets": tickets(session, number)}
            total = session.scalar(select(func.count(Article.id)))
        engine.dispose()
        for kind, counted in found.items():
            assert len(counted) == 1, f"round {number}: half of a file is there: {kind} {counted}"
            rows = counted.pop()
            assert rows in (0, ROWS), f"round {number}: {rows} of {ROWS} {kind} are there"
            if f"{kind}-{number}.jsonl: {kind}: {ROWS} added" in said:
                assert rows == ROWS, f"round {number}: {kind} were told to be there"
            self.there[f"{kind}-{number}"] = rows == ROWS
        first, second = self.there[f"articles-{number}"], self.there[f"tickets-{number}"]
        assert first or not second, "the files arrive in their order"
        arrived = sum(there for name, there in self.there.items() if name.startswith("articles"))
        assert total == arrived * ROWS, f"round {number}: an earlier file is gone or came back"
        return first + second


def intact(engine: Engine) -> bool:
    """Say whether SQLite finds nothing wrong."""
    with engine.connect().execution_options(read_only=True) as connection:
        checked = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    return (checked, orphans) == (["ok"], [])


def article(number: int, place: int) -> dict[str, object]:
    new = company.text(number * ROWS + place)
    return {"id": f"a-{number}-{place}", "title": new.title, "body": new.body, "language": "en"}


def ticket(number: int, place: int) -> dict[str, object]:
    new = company.text(number * ROWS + place)
    return {
        "id": f"t-{number}-{place}",
        "subject": new.title,
        "description": f"{new.title} since the rain.",
        "status": "solved",
        "created_at": "2026-01-02",
        "language": "en",
        "resolution": new.body,
    }


def articles(session: Session, number: int) -> set[int]:
    """Return how many rows each table has of the articles of a round."""
    mine = Article.key.startswith(f"a-{number}-")
    solved = Solution.key.startswith(f"a-{number}-")
    return {
        session.scalar(select(func.count(Article.id)).where(mine)),
        session.scalar(select(func.count(ArticleTranslation.id)).join(Article).where(mine)),
        session.scalar(select(func.count(SolutionText.id)).join(SolutionText.solution).where(solved)),
    }


def tickets(session: Session, number: int) -> set[int]:
    """Return how many rows each table has of the tickets of a round."""
    mine = Ticket.key.startswith(f"t-{number}-")
    events = select(func.count(func.distinct(TicketEvent.ticket_id)))
    return {
        session.scalar(select(func.count(Ticket.id)).where(mine)),
        session.scalar(events.join(Ticket, Ticket.id == TicketEvent.ticket_id).where(mine)),
    }


def test_a_killed_import_leaves_whole_files_only(
    company_settings: Settings,
    sqlite_template: Path,
    tmp_path: Path,
    counts: Counts,
    random: Random,
    figures: Callable[[str], None],
):
    (company_settings.data_dir / "precedent.db").write_bytes(sqlite_template.read_bytes())
    imports = Imports(company_settings, tmp_path, random)
    imports.calibrate()
    for number, aim in enumerate(plan(random, counts.import_kills, SHARES), start=1):
        imports.round(number, aim)
    spread = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in imports.spread.items())
    hits = ", ".join(f"{name} {count}" for name, count in sorted(imports.hits.items()))
    figures(f"{counts.import_kills} kills of an import ({spread}): {hits}; 0 halves")
    writing = sum(count for name, count in imports.hits.items() if name.startswith("writing"))
    assert writing >= counts.import_kills / 4
    missing = [number for number in range(counts.import_kills + 1) if not imports.arrived(number)]
    files = [file for number in (0, *missing) for file in imports.files(number)]
    last = Command(company_settings, tmp_path / "last.out", "import", "--trust", "--json", *files)
    assert last.wait() == 0, last.complaints
    for each in json.loads(last.output):
        there = imports.there[Path(each["path"]).stem]
        assert (each["added"], each["unchanged"]) == ((0, ROWS) if there else (ROWS, 0))
