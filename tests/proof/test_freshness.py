"""What is published is found, and what is withdrawn is gone, in every process that serves."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from kb.settings import Settings
from tests.proof import company
from tests.proof.counts import FOUND_SECONDS, GONE_SECONDS, PATIENT_SECONDS, Counts
from tests.proof.servers import Server, ids, search

LAMP = 20_000  # the first of the solutions that come and go


def test_two_servers_follow_what_is_published_and_withdrawn(
    company_settings: Settings,
    company_sessions: sessionmaker[Session],
    serve: Callable[[Settings], Server],
    counts: Counts,
    figures: Callable[[str], None],
):
    servers = [serve(company_settings) for _ in range(2)]
    found, gone = [], []
    with ThreadPoolExecutor(2) as pool:

        def seconds(number: int, *, there: bool) -> list[float]:
            begun = time.monotonic()
            asked = [pool.submit(_wait, server.address, number, begun, there=there) for server in servers]
            return [each.result() for each in asked]

        for number in range(LAMP, LAMP + counts.freshness):
            company.put(company_sessions, [number])
            found += seconds(number, there=True)
            company.withdraw(company_sessions, number)
            gone += seconds(number, there=False)
    for what, times in (("published, then found", found), ("withdrawn, then gone", gone)):
        p50, p99 = np.percentile(times, [50, 99])
        figures(
            f"{what}, {counts.freshness} rounds on 2 servers:"
            f" p50 {p50:.3f} s, p99 {p99:.3f} s, max {max(times):.3f} s"
        )
    assert max(found + gone) < PATIENT_SECONDS
    if counts.strict:
        assert np.percentile(found, 99) < FOUND_SECONDS
        assert max(gone) < GONE_SECONDS


def _wait(address: str, number: int, begun: float, *, there: bool) -> float:
    """Ask one server until a solution is there, the first of all, or is not; return how long it took."""
    with httpx2.Client(timeout=30) as http:
        while True:
            shown = ids(search(http, address, company.question(number)))
            seconds = time.monotonic() - begun
            if (shown[0] == company.id_of(number)) if there else (company.id_of(number) not in shown):
                return seconds
            assert seconds < PATIENT_SECONDS, f"solution {number}, there={there}: {shown}"
            time.sleep(0.01)
