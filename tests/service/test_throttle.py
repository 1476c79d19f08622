"""How often unknown numbers may be tried."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kb.errors import NotFound, TooMany
from service.throttle import EVERYWHERE, PER_ADDRESS, Misses, network


def miss(misses: Misses, address: str) -> bool:
    """Look something up that is not there; True when the look-up was allowed."""
    try:
        with misses.guard(address):
            raise NotFound("unknown")
    except NotFound:
        return True
    except TooMany:
        return False


def test_one_address_has_ten_misses_a_minute():
    misses = Misses()
    assert [miss(misses, "192.0.2.1") for _ in range(12)] == [True] * 10 + [False] * 2


def test_who_waits_is_told_how_long():
    misses = Misses()
    for _ in range(PER_ADDRESS.amount):
        miss(misses, "192.0.2.1")
    with pytest.raises(TooMany) as caught, misses.guard("192.0.2.1"):
        pass
    assert 1 <= caught.value.retry_after <= 60


def test_all_addresses_together_are_capped_too():
    misses = Misses()
    allowed = [miss(misses, f"192.0.2.{number}") for number in range(40)]
    assert sum(allowed) == EVERYWHERE.amount


def test_hits_cost_nothing():
    misses = Misses()
    for _ in range(1000):
        with misses.guard("192.0.2.1"):
            pass
    assert miss(misses, "192.0.2.1")


def test_a_parallel_burst_does_not_slip_past():
    misses = Misses()
    with ThreadPoolExecutor(20) as pool:
        allowed = list(pool.map(lambda _: miss(misses, "192.0.2.1"), range(200)))
    assert sum(allowed) == PER_ADDRESS.amount


def test_a_customer_with_ipv6_has_one_network_and_not_a_new_address_each_time():
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network("::ffff:192.0.2.7") == "192.0.2.7"
    assert network("testclient") == "testclient"
