"""Real server processes: started on a free port, asked over HTTP, stopped or killed by their own id."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from kb.settings import Settings
from tests.proof.processes import Command

_READY = re.compile(r"ready at (\S+)")


class Server:
    """`precedent serve` in a process of its own."""

    def __init__(self, settings: Settings, said: Path) -> None:
        self._settings = settings.changed(port=0, host="127.0.0.1")
        self._said = said
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers; a second start may get another port."""
        self.command = Command(self._settings, self._said, "serve")
        self.command.reaches(lambda: _READY.search(self.command.output) is not None)
        found = _READY.search(self.command.output)
        assert found, self.command.complaints
        self.address = found[1]

    def end(self) -> None:
        """Stop it, if it still runs."""
        if self.command.running:
            self.command.terminate()


def search(http: httpx2.Client, address: str, query: str) -> dict[str, Any]:
    """Search as a program does; whatever is not a whole answer is an error."""
    answer = http.post(f"{address}/api/v1/search", json={"query": query, "language": "en"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["degraded"] is None, found["degraded"]
    assert found["decision"]["action"] in {"answer", "ask", "escalate"}
    return found


def ids(found: dict[str, Any]) -> list[str]:
    """Return the ids of what was found, the best first."""
    return [hit["id"] for hit in found["solutions"]]


def ticket(http: httpx2.Client, address: str, key: str, subject: str) -> httpx2.Response:
    """File a ticket under a key of the sender's."""
    body = {"subject": subject, "description": f"{subject}, since this morning.", "language": "en"}
    return http.post(f"{address}/api/v1/tickets", json=body, headers={"Idempotency-Key": key})


def until(what: Callable[[], object], seconds: float, pause: float = 0.01) -> float:
    """Wait until something is so, and return how long it took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s"
        time.sleep(pause)
    return time.monotonic() - begun
