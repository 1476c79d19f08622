"""`precedent names`, with a real database: what was searched for is held against the products."""

import json
import os
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner, Result

from kb import catalogue, db, inquiries
from kb.inquiries import SearchRecord
from kb.products import Product, ProductName
from kb.settings import Settings
from service import cli

Run = Callable[..., Result]
PUMP = Product("pump", "Brumela 300", (ProductName("Brisota 300", "ES"), ProductName("OV-3", kind="model")))


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs `precedent names` on either database."""
    for name in [name for name in os.environ if name.startswith("PRECEDENT_DATA")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRECEDENT_DATA_DIR", str(settings.data_dir))
    if settings.database_url:
        monkeypatch.setenv("PRECEDENT_DATABASE_URL", str(settings.database_url))
    return lambda *arguments: CliRunner().invoke(cli.app, ["names", *arguments])


@pytest.fixture
def searched(sessions: sessionmaker[Session]) -> None:
    """Record four searches; three of them speak of a product that we do not have."""
    with db.transaction(sessions) as session:
        catalogue.save(session, [PUMP], actor="a", why="b")
        for text, country in (
            ("my Aquaterra leaks", "GB"),
            ("the Aquaterra hums", "GB"),
            ("an Aquaterra and a Brumela 300", "IE"),
            ("ov-3 leaks", None),
        ):
            record = SearchRecord(text, "en", country, (), (), "ask", 0.5, 0.6, False, None, "s1", "e1")
            inquiries.record_search(session, record)


@pytest.mark.usefixtures("searched")
def test_unknown_names_and_silent_names_are_listed(run: Run):
    done = run()
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "Searches: 4, people: 4.",
            "",
            "Names that people use, and that no product has:",
            "  Aquaterra: 3 people (GB 2, IE 1), as in “my Aquaterra leaks”",
            "",
            "Names that no search used:",
            "  Brisota 300 (ES), of Brumela 300 [pump]",
        ],
    )


@pytest.mark.usefixtures("searched")
def test_another_program_reads_json(run: Run):
    assert json.loads(run("--json").stdout) == {
        "searches": 4,
        "people": 4,
        "silent": [{"code": "pump", "product": "Brumela 300", "name": "Brisota 300", "countries": ["ES"]}],
        "unknown": [
            {
                "name": "Aquaterra",
                "people": 3,
                "countries": {"GB": 2, "IE": 1},
                "example": "my Aquaterra leaks",
            }
        ],
    }


def test_without_searches_it_says_so(run: Run):
    assert run().stdout == "No search was recorded yet, so nothing can be said of the names.\n"
    assert json.loads(run("--json").stdout) == {"searches": 0, "people": 0, "silent": [], "unknown": []}


def test_where_all_is_well_it_says_so(run: Run, sessions: sessionmaker[Session]):
    with db.transaction(sessions) as session:
        catalogue.save(session, [Product("pump", "Brumela")], actor="a", why="b")
        record = SearchRecord("my Brumela", "en", None, (), (), "ask", 0.5, 0.6, False, None, "s1", "e1")
        inquiries.record_search(session, record)
    assert run().stdout.splitlines() == [
        "Searches: 1, people: 1.",
        "",
        "No unknown name was used by 3 people or more.",
        "",
        "Every name of every product was used.",
    ]
