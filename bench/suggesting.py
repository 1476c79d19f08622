"""Titles while somebody types: each keystroke is one request, and every prefix is asked for a second time."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from bench.spread import Spread, timed
from indexer.embed import Embedder

# Nobody waits for what one or two letters suggest.
FIRST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Suggesting:
    """Times of one encode, of keystrokes that are new to the server, and of those that it knows."""

    keystrokes: int
    errors: int
    encode: Spread
    new: Spread
    known: Spread

    @property
    def above(self) -> float:
        """Return how many milliseconds the 95th percentile of new keystrokes is above one encode."""
        return self.new.p95 - self.encode.p50


def keystrokes(texts: Sequence[str], count: int) -> list[str]:
    """Return `count` distinct prefixes, letter by letter, of one text after the other."""
    found = dict.fromkeys(prefix for text in texts for prefix in _typed(text))
    return list(found)[:count]


def measure(address: str, embedder: Embedder, typed: Sequence[str]) -> Suggesting:
    """Send each keystroke twice to a server at rest; the embedder of this process encodes between them."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    errors = 0
    encoding, new, known = [], [], []
    for prefix in typed:
        encoding.append(timed(lambda text: embedder.queries([text]), prefix))
        for times in (new, known):
            begun = time.perf_counter()
            errors += not _answered(connection, prefix)
            times.append(time.perf_counter() - begun)
    connection.close()
    return Suggesting(len(typed), errors, Spread.of(encoding), Spread.of(new), Spread.of(known))


def _typed(text: str) -> Iterator[str]:
    for end in range(FIRST_LETTERS, len(text) + 1):
        if not text[end - 1].isspace():
            yield text[:end]


def _answered(connection: HTTPConnection, prefix: str) -> bool:
    connection.request("GET", f"/api/v1/suggest?{urlencode({'q': prefix})}")
    answer = connection.getresponse()
    body = answer.read()
    return answer.status == 200 and isinstance(json.loads(body)["suggestions"], list)
