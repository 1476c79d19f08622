"""Many clients at once over HTTP, beside the embedder's own rate for the same texts."""

import json
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from bench.spread import Spread, timed
from indexer.embed import Embedder
from kb.imports import Query

CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Serving:
    """Searches a second over HTTP and texts a second that the embedder encodes, as medians of the rounds."""

    requests: int
    errors: int
    rate: float
    latency: Spread
    encoding_rate: float
    ratio: float


class Clients:
    """Connections that are kept alive; each sends its next search when it has the answer to the last."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address).netloc
        self._connections = [HTTPConnection(place, timeout=60) for _ in range(CLIENTS)]
        self._threads = ThreadPoolExecutor(CLIENTS)

    def search(self, asked: Sequence[Query]) -> tuple[list[float], int]:
        """Send all searches, and return the seconds that each took and how many failed."""
        waiting: SimpleQueue[bytes] = SimpleQueue()
        for query in asked:
            waiting.put(_body(query))
        parts = list(self._threads.map(lambda connection: _drain(connection, waiting), self._connections))
        return [time for times, _ in parts for time in times], sum(errors for _, errors in parts)

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            connection.close()
        self._threads.shutdown()


def measure(address: str, embedder: Embedder, asked: Sequence[Query], warm_up: int, rounds: int) -> Serving:
    """Ask `asked`, distinct texts: the first `warm_up` unmeasured, the rest in rounds.

    In each round the embedder of this process, while the server rests, encodes what is asked right after.
    """
    clients = Clients(address)
    _, errors = clients.search(asked[:warm_up])
    embedder.queries([query.text for query in asked[:warm_up]])
    measured = asked[warm_up:]
    times: list[float] = []
    encoding, serving = [], []
    for number in range(rounds):
        part = measured[number::rounds]
        encoding.append(len(part) / timed(embedder.queries, [query.text for query in part]))
        begun = time.perf_counter()
        taken, failed = clients.search(part)
        serving.append(len(part) / (time.perf_counter() - begun))
        times += taken
        errors += failed
    clients.close()
    ratio = statistics.median(s / e for s, e in zip(serving, encoding, strict=True))
    rates = statistics.median(serving), statistics.median(encoding)
    return Serving(len(times), errors, rates[0], Spread.of(times), rates[1], ratio)


def _body(query: Query) -> bytes:
    known = {"query": query.text, "country": query.country, "language": query.language}
    return json.dumps({name: value for name, value in known.items() if value}).encode()


def _drain(connection: HTTPConnection, waiting: "SimpleQueue[bytes]") -> tuple[list[float], int]:
    times, errors = [], 0
    while True:
        try:
            body = waiting.get_nowait()
        except Empty:
            return times, errors
        begun = time.perf_counter()
        errors += not _answered(connection, body)
        times.append(time.perf_counter() - begun)


def _answered(connection: HTTPConnection, body: bytes) -> bool:
    """Say whether a search was answered in full; one by words alone is an error here."""
    try:
        connection.request("POST", "/api/v1/search", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status == 200 and json.loads(text)["degraded"] is None
    except (HTTPException, OSError, ValueError):
        connection.close()  # the next request opens it again
        return False
