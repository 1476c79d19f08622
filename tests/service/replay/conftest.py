"""What the tests of replay share: files of tickets, and what runs the command on them."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import cli

Rows = list[dict[str, Any]]
START = datetime(2026, 1, 1, tzinfo=UTC)
FAULTS = (
    "water leaks below the machine",
    "the pump hums loudly",
    "the door stays locked",
    "the display is dark",
    "clothes come out too hot",
)


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Give what runs `precedent replay` in a folder of the test's own."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setenv("PRECEDENT_DATA_DIR", str(tmp_path / "var"))
        monkeypatch.setattr(sys, "argv", ["precedent", "replay", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        said = capsys.readouterr()
        return Done(int(exit_.value.code or 0), said.out.replace("\u00a0", " "), said.err)

    return run


def tickets(count: int, *, labelled: bool = True, **changes: Any) -> Rows:
    """Return tickets that come in hour by hour, each solved after half an hour."""
    rows = []
    for number in range(count):
        came, fault = START + timedelta(hours=number), number % len(FAULTS)
        row = {
            "id": str(number),
            "subject": FAULTS[fault],
            "description": f"{FAULTS[fault]}, since day {number}",
            "status": "solved",
            "language": "en",
            "products": [f"P{fault % 2}"],
            "created_at": came.isoformat(),
            "solved_at": (came + timedelta(minutes=30)).isoformat(),
        }
        rows.append(row | ({"solution": f"S{fault}"} if labelled else {}) | changes)
    return rows


def write(path: Path, rows: Rows) -> Path:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
