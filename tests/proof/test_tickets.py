"""A ticket whose number a client has received is there for ever, and there once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event

import httpx2
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kb import db, tracking
from kb.settings import Settings
from kb.tables import Ticket
from tests.proof.counts import POSTS, Counts
from tests.proof.servers import Server, ticket, until

CLIENTS = 4
KEY = "proof-one-key"
# From the first ticket that a server takes to its kill; a ticket takes some milliseconds.
KILL_SECONDS = (0.0, 1.5)
AGAIN_SECONDS = 0.1  # before a ticket whose number did not arrive is sent again


def test_a_number_that_was_received_survives_kills_of_the_server(
    company_settings: Settings,
    company_sessions: sessionmaker[Session],
    serve: Callable[[Settings], Server],
    counts: Counts,
    random: Random,
    figures: Callable[[str], None],
):
    server, over, delays = serve(company_settings), Event(), []
    received: dict[str, set[str]] = {}
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(_file, server, client, received, over) for client in range(CLIENTS)]
        try:
            for _ in range(counts.server_kills):
                before = len(received)
                until(lambda count=before: len(received) > count, 10)
                delays.append(random.uniform(*KILL_SECONDS))
                time.sleep(delays[-1])
                assert server.command.kill()
                server.start()
            time.sleep(0.5)
        finally:
            over.set()
        again = sum(client.result() for client in clients)
    with db.reading(company_sessions) as session:
        filed = session.execute(select(Ticket.idempotency_key, Ticket.number)).all()
    assert len({number for _, number in filed}) == len(filed) == len(received)
    assert {key: {tracking.display(number)} for key, number in filed} == received
    with httpx2.Client(timeout=30) as http:
        for key, numbers in received.items():
            for number in numbers:
                answer = http.get(f"{server.address}/api/v1/tickets/{number}")
                assert (answer.status_code, answer.json()["number"]) == (200, number), key
    figures(
        f"{counts.server_kills} kills of a server: {len(received)} tickets received, 0 lost, 0 twice;"
        f" {again} sent again; killed after {', '.join(f'{delay:.2f}' for delay in delays)} s"
    )


def _file(server: Server, client: int, received: dict[str, set[str]], over: Event) -> int:
    """File tickets until it is over, each under its key until its number arrives; return the repetitions."""
    number, again, waiting = 0, 0, False
    with httpx2.Client(timeout=30) as http:
        while waiting or not over.is_set():
            key = f"proof-{client}-{number:06d}"
            try:
                answer = ticket(http, server.address, key, f"Squeak {client} {number}")
            except httpx2.TransportError:
                waiting, again = True, again + 1
                time.sleep(AGAIN_SECONDS)
                continue
            assert answer.status_code in (200, 201), answer.text
            received.setdefault(key, set()).add(answer.json()["number"])
            waiting, number = False, number + 1
    return again


def test_one_key_in_two_processes_is_one_ticket(
    settings: Settings,
    sessions: sessionmaker[Session],
    serve: Callable[[Settings], Server],
    figures: Callable[[str], None],
):
    servers = [serve(settings) for _ in range(2)]
    clients = [httpx2.Client(timeout=120) for _ in range(20)]

    def post(place: int) -> tuple[int, str]:
        answer = ticket(clients[place % len(clients)], servers[place % 2].address, KEY, "It squeaks at night")
        return answer.status_code, answer.json()["number"]

    begun = time.monotonic()
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(post, range(POSTS)))
    seconds = time.monotonic() - begun
    for client in clients:
        client.close()
    assert sorted(status for status, _ in answers) == [200] * (POSTS - 1) + [201]
    with db.reading(sessions) as session:
        assert {tracking.display(number) for number in session.scalars(select(Ticket.number))} == {
            number for _, number in answers
        }
        assert len(session.scalars(select(Ticket.id)).all()) == 1
    until(lambda: all(server.command.running for server in servers), 1)
    database = "PostgreSQL" if settings.database_url else "SQLite"
    figures(f"{POSTS} posts with one key over 2 servers, {database}: 1 ticket, 1 number, {seconds:.1f} s")
