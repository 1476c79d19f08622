"""Forms come in as clean text."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.forms import Form, clean


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a\r\nb\rc  ", "a\nb\nc"),
        ("a\x00b\x07c", "a b c"),
        ("tab\there", "tab\there"),
        ("\x00\x01", ""),
        ("日本語 👍", "日本語 👍"),
    ],
)
def test_text_is_cleaned_and_otherwise_left_alone(typed: str, kept: str):
    assert clean(typed) == kept


def test_bytes_that_are_no_text_and_files_do_no_harm():
    app = FastAPI()

    @app.post("/")
    def echo(form: Form) -> dict[str, str]:
        return form

    with TestClient(app) as client:
        binary = client.post(
            "/", content=b"q=%ff%fe%00x", headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert binary.json() == {"q": "\ufffd\ufffd x"}
        assert client.post("/", data={"q": "a"}, files={"f": b"\x00"}).status_code == 400
        assert client.post("/", json={"q": "a"}).json() == {}
