"""While one index takes the place of another, no search fails."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx2
import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from indexer.embed import Embedder
from kb.settings import Settings
from tests.proof import company
from tests.proof.counts import Counts
from tests.proof.servers import Server, ids, search, until

CLIENTS = 4
ASKED = 10  # solutions that stay, and that the clients ask for without pause
LAMP = 30_000  # the first of the solutions that come and go
SWAP_SECONDS = 20.0


def test_no_search_fails_while_indexes_are_swapped(
    company_settings: Settings,
    company_sessions: sessionmaker[Session],
    embedder: Embedder,
    publish: Callable[[Settings, sessionmaker[Session], Embedder], str],
    serve: Callable[[Settings], Server],
    counts: Counts,
    figures: Callable[[str], None],
):
    server, over = serve(company_settings), Event()
    with httpx2.Client(timeout=30) as http, ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(_ask, server.address, client, over) for client in range(CLIENTS)]
        try:
            for number in range(LAMP, LAMP + counts.swaps):
                company.put(company_sessions, [number])
                if number > LAMP:
                    company.withdraw(company_sessions, number - 1)
                published = publish(company_settings, company_sessions, embedder)
                until(lambda new=published: _served(http, server) == new, SWAP_SECONDS)
                assert not any(client.done() for client in clients), "a client has failed"
        finally:
            over.set()
        milliseconds = [each for client in clients for each in client.result()]
        last = LAMP + counts.swaps - 1
        assert ids(search(http, server.address, company.question(last)))[0] == company.id_of(last)
        before = company.id_of(last - 1)
        assert before not in ids(search(http, server.address, company.question(last - 1)))
    p50, p95 = np.percentile(milliseconds, [50, 95])
    figures(
        f"{counts.swaps} swaps under {CLIENTS} clients: {len(milliseconds)} searches, 0 failed,"
        f" p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(milliseconds):.0f} ms"
    )


def _served(http: httpx2.Client, server: Server) -> str:
    ready = http.get(f"{server.address}/readyz")
    assert ready.status_code == 200, ready.text
    return str(ready.json()["snapshot"])


def _ask(address: str, client: int, over: Event) -> list[float]:
    """Search without pause, and return what each search took; the named solution is first every time."""
    taken, number = [], client
    with httpx2.Client(timeout=30) as http:
        while not over.is_set():
            number = (number + 1) % ASKED
            begun = time.monotonic()
            found = search(http, address, company.question(number))
            taken.append((time.monotonic() - begun) * 1000)
            assert ids(found)[0] == company.id_of(number)
    return taken
