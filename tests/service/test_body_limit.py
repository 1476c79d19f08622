"""Bodies that are too large are refused with a sentence."""

from collections.abc import Iterator

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.body_limit import MAX_BODY

SENTENCE = "which is 4 MB. Please send a shorter text."
PATHS = {
    "/searches": "application/x-www-form-urlencoded",
    "/api/v1/search": "application/json",
}


@pytest.mark.parametrize("path", PATHS)
def test_what_is_announced_as_too_large_is_refused(client: TestClient, path: str):
    answer = client.post(path, content=b"q=" + b"a" * MAX_BODY, headers={"content-type": PATHS[path]})
    assert answer.status_code == 413
    assert SENTENCE in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PATHS)
def test_what_turns_out_to_be_too_large_is_refused(client: TestClient, path: str):
    def pieces() -> Iterator[bytes]:
        yield b"q="
        for _ in range(65):
            yield b"a" * (MAX_BODY // 64)

    answer = client.post(path, content=pieces(), headers={"content-type": PATHS[path]})
    assert answer.status_code == 413
    assert SENTENCE in answer.text


def test_a_browser_that_sends_too_much_sees_the_sentence(address: str):
    answer = httpx2.post(f"{address}/searches", data={"q": "a" * (2 * MAX_BODY)})
    assert answer.status_code == 413
    assert SENTENCE in answer.text
