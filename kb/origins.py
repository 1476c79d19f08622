"""Origins: where a page comes from, as browsers write it; a port stands in it only if it is unusual."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from kb.errors import Invalid

_USUAL_PORTS: Final = {"http": 80, "https": 443}
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST_HOST: Final = 253
_EXAMPLE: Final = "write it as https://shop.example.com"


def origin(text: str) -> str:
    """Return an origin as browsers send it, or say what is wrong with it.

    Without encryption anybody on the way could change the page that calls us: only this machine may.
    """
    given = text.strip()
    try:
        parts, port = urlsplit(given), urlsplit(given).port
    except ValueError as error:
        raise _wrong(given, f"is not an origin; {_EXAMPLE}") from error
    host = parts.hostname or ""
    if parts.scheme not in _USUAL_PORTS or not host:
        raise _wrong(given, f"is not an origin; {_EXAMPLE}")
    if not host.isascii():
        raise _wrong(given, "has a host in letters that browsers do not send; write it as xn--…")
    if not _is_host(host):
        raise _wrong(given, f"names no single host; {_EXAMPLE}")
    bare = _written(parts.scheme, host, port)
    if _has_more(parts, given):
        raise _wrong(given, f"is more than an origin; write {bare}")
    if parts.scheme == "http" and not is_loopback(host):
        raise _wrong(given, f"is not encrypted; write {bare.replace('http://', 'https://', 1)}")
    return bare


def is_loopback(host: str) -> bool:
    """Say whether a host is the very machine that asks."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _written(scheme: str, host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if port in (None, _USUAL_PORTS[scheme]) else f":{port}")


def _is_host(host: str) -> bool:
    if ":" in host:
        return "%" not in host  # `urlsplit` has read it as an address; a zone belongs to one machine
    return len(host) <= _LONGEST_HOST and bool(_NAME.fullmatch(host))


def _has_more(parts: SplitResult, given: str) -> bool:
    more = (parts.path, parts.query, parts.fragment, parts.username, parts.password)
    return any(more) or given.endswith(("?", "#")) or "@" in parts.netloc or parts.netloc.endswith(":")


def _wrong(given: str, why: str) -> Invalid:
    return Invalid(f"“{given[:80]}” {why}.", "origins")
