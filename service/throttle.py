"""How often somebody may guess a tracking number that does not exist, and how often vote."""

import ipaddress
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kb.errors import NotFound, TooMany

# A person who copies a number wrongly is told so by the check symbol and costs nothing here; ten numbers a
# minute that fit and do not exist are no accident.
PER_ADDRESS = RateLimitItemPerMinute(10)
# With a million tickets, 55 random bits last 114 years at ten misses a second over all addresses together.
EVERYWHERE = RateLimitItemPerSecond(10)
# Nobody reads more solutions than this in an hour and has an opinion of each.
VOTES = RateLimitItemPerHour(30)


@dataclass
class Misses:
    """Counts look-ups that found nothing, per address and over all; each process counts for itself."""

    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def guard(self, address: str) -> Iterator[None]:
        """Count the look-up inside if it raises NotFound; raise TooMany when too many have.

        Look-ups pass one after the other, so that a burst of parallel ones cannot slip past the count.
        """
        with self.lock:
            self._check(address)
            try:
                yield
            except NotFound:
                for item, keys in _limits(address):
                    self.limiter.hit(item, *keys)
                raise

    def _check(self, address: str) -> None:
        for item, keys in _limits(address):
            if not self.limiter.test(item, *keys):
                reset = self.limiter.get_window_stats(item, *keys).reset_time
                raise TooMany(
                    "Too many unknown tracking numbers were tried. Please wait a little and try again.",
                    retry_after=max(1, math.ceil(reset - time.time())),
                )


@dataclass
class Votes:
    """Counts what readers say of solutions, per address; each process counts for itself."""

    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def count(self, address: str) -> None:
        """Count one vote; raise TooMany when there were too many from there."""
        keys = ("votes", network(address))
        if not self.limiter.hit(VOTES, *keys):
            reset = self.limiter.get_window_stats(VOTES, *keys).reset_time
            raise TooMany(
                "Thank you, that was a lot of votes. Please wait a little before the next one.",
                retry_after=max(1, math.ceil(reset - time.time())),
            )


def network(address: str) -> str:
    """Return what one customer's line has: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _limits(address: str) -> tuple[tuple[RateLimitItem, tuple[str, ...]], ...]:
    return ((PER_ADDRESS, ("misses", network(address))), (EVERYWHERE, ("misses",)))
