"""Nothing of what people type reaches a log line."""

import json
import logging

import pytest
from fastapi.testclient import TestClient

from service import logs


def lines(captured: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in captured.splitlines() if line.startswith("{")]


def test_fields_that_nobody_allowed_are_dropped():
    event = {"event": "search", "query": "my secret", "status": 200}
    assert logs.only_known_fields(None, "info", event) == {"event": "search", "status": 200}


def test_a_request_is_one_line_with_the_pattern_of_its_address(
    blank: TestClient, capsys: pytest.CaptureFixture[str]
):
    capsys.readouterr()
    blank.get("/api/v1/tickets/K7M2-9QXD-4HTT?email=ana@example.com")
    blank.post("/api/v1/search", json={"query": "Ana Torres lost her badge"})
    written = capsys.readouterr().out
    requests = [line for line in lines(written) if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [
        ("GET", "/api/v1/tickets/{number}", 404),
        ("POST", "/api/v1/search", 200),
    ]
    for secret in ("K7M2", "ana@example.com", "Torres", "testclient"):
        assert secret not in written


def test_an_error_of_the_database_is_logged_without_its_words(
    bare: TestClient, capsys: pytest.CaptureFixture[str]
):
    with bare.app.state.services.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("ALTER TABLE tickets RENAME TO tickets_lost")
    answer = bare.post(
        "/api/v1/tickets",
        json={"kind": "problem", "subject": "Ana Torres lost her badge", "description": "She wants it back."},
        headers={"idempotency-key": "a-key-of-a-form"},
    )
    written = capsys.readouterr().out
    assert answer.status_code in {500, 503}  # SQLite calls a lost table an operational error
    assert "Torres" not in written + answer.text
    line = next(line for line in lines(written) if line["level"] == "error")
    assert line["error"] in {"OperationalError", "ProgrammingError"}
    assert "do_execute" in str(line["where"])


def test_access_lines_of_uvicorn_lose_their_query_string():
    record = logging.LogRecord("uvicorn.access", 20, "", 1, '%s - "%s %s HTTP/%s" %d', None, None)
    record.args = ("192.0.2.1:5", "GET", "/api/v1/suggest?q=Ana", "1.1", 200)
    assert logs.WithoutQuery().filter(record)
    assert record.getMessage() == '192.0.2.1:5 - "GET /api/v1/suggest HTTP/1.1" 200'
