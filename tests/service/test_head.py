"""HEAD on every kind of address: the head of GET, and no body."""

import pytest
from fastapi.testclient import TestClient

ADDRESSES = [
    "/",
    "/de/browse",
    "/solutions/descale",
    "/widget/v1/precedent.js",
    "/api/v1/solutions/descale",
    "/nowhere",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_is_the_head_of_get(client: TestClient, path: str):
    whole, head = client.get(path), client.head(path)
    assert whole.content
    assert head.content == b""
    assert head.status_code == whole.status_code
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_head_does_not_stand_for_a_post(client: TestClient):
    assert client.head("/api/v1/search").status_code == 405
