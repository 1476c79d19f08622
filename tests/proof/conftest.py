"""What the proofs share: how often, by chance from which seed, a small company, and the figures at the end.

They run real processes and end only those that they have started.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kb import db
from kb.settings import PREFIX, Settings
from tests.proof import company
from tests.proof.counts import FULL, TENTH, Counts
from tests.proof.servers import Server

FEW = 40  # solutions that the small company begins with
FIGURES = pytest.StashKey[list[str]]()
SEED = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--proof` and `--proof-seed`, where this folder is named on the command line."""
    parser.addoption("--proof", action="store_true", help="run the proofs in full, not a tenth of them")
    parser.addoption("--proof-seed", type=int, help="repeat what was drawn by chance")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures, whether a proof has failed or not."""
    if figures := config.stash.get(FIGURES, []):
        terminalreporter.section(f"proof, seed {config.stash[SEED]}")
        for line in figures:
            terminalreporter.write_line(line)


@pytest.fixture
def counts(request: pytest.FixtureRequest) -> Counts:
    """Give how often each proof is repeated."""
    return FULL if request.config.getoption("proof", default=False) else TENTH


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Give what notes a line for the end of the run."""
    _seed(request.config)
    return request.config.stash.setdefault(FIGURES, []).append


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    """Give chance, another one in every run unless a seed is given; each test has its own."""
    return Random(f"{_seed(request.config)} {request.node.name}")


def _seed(config: pytest.Config) -> int:
    given = config.getoption("proof_seed", default=None)
    return config.stash.setdefault(SEED, secrets.randbelow(1_000_000) if given is None else given)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget all settings but the place of the prepared embedder."""
    for name in [name for name in os.environ if name.startswith(PREFIX) and name != f"{PREFIX}CACHE_DIR"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def small_company(tmp_path_factory: pytest.TempPathFactory, installation: Callable[..., Path]) -> Path:
    """Give a data folder with a few solutions in its database and in its index."""
    return installation(tmp_path_factory.mktemp("proof"), lambda sessions: company.put(sessions, range(FEW)))


@pytest.fixture
def company_settings(small_company: Path, tmp_path: Path) -> Settings:
    """Give settings of a copy of the small company."""
    shutil.copytree(small_company, tmp_path / "var")
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def company_sessions(company_settings: Settings) -> Iterator[sessionmaker[Session]]:
    """Give sessions of the database of the small company's copy."""
    engine = db.open_engine(company_settings)
    yield db.sessions(engine)
    engine.dispose()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Settings], Server]]:
    """Give what starts a server process; all of them are ended after the test."""
    servers: list[Server] = []

    def start(settings: Settings) -> Server:
        servers.append(Server(settings, tmp_path / f"server-{len(servers)}.out"))
        return servers[-1]

    yield start
    for server in servers:
        server.end()
