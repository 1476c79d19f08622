"""Whether keystrokes are measured, never how fast this machine is."""

import pytest

from bench import processes, suggesting
from bench.subject import Installation
from indexer.embed import Embedder


def test_keystrokes_are_distinct_prefixes_letter_by_letter() -> None:
    assert suggesting.keystrokes(["ab cd", "ab ce"], 9) == ["ab c", "ab cd", "ab ce"]
    assert suggesting.keystrokes(["pump"], 1) == ["pum"]


@pytest.mark.usefixtures("built")
def test_each_keystroke_is_asked_twice_and_known_the_second_time(
    installation: Installation, embedder: Embedder
) -> None:
    typed = suggesting.keystrokes(["the pump does not drain"], 12)
    with processes.serve(installation.settings) as server:
        made = suggesting.measure(server.address, embedder, typed)
    assert (made.keystrokes, made.errors) == (12, 0)
    assert 0 < made.known.p50 < made.new.p50
    assert made.above == made.new.p95 - made.encode.p50
