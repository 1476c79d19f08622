"""The description of the interface is complete."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

PROBLEM = "application/problem+json"


@pytest.fixture
def schema(blank: TestClient) -> dict[str, Any]:
    return blank.get("/api/v1/openapi.json").json()


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def has_example(schema: dict[str, Any], content: dict[str, Any]) -> bool:
    target = schema["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
    fields = target["properties"].values()
    return bool(
        content.get("examples")
        or target.get("examples")
        or all("examples" in each or "default" in each for each in fields if each.get("type") != "boolean")
    )


def test_it_names_every_operation(schema: dict[str, Any]):
    assert schema["openapi"].startswith("3.1")
    assert {each["operationId"]: name for name, each in operations(schema).items()} == {
        "livez": "GET /livez",
        "readyz": "GET /readyz",
        "search": "POST /api/v1/search",
        "suggest": "GET /api/v1/suggest",
        "solution": "GET /api/v1/solutions/{id}",
        "outcome": "POST /api/v1/searches/{id}/outcome",
        "file_ticket": "POST /api/v1/tickets",
        "site": "GET /api/v1/sites/{key}",
        "ticket_status": "GET /api/v1/tickets/{number}",
    }


def test_requests_answers_and_errors_have_examples(schema: dict[str, Any]):
    without = []
    for name, operation in operations(schema).items():
        contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
        contents += [each["content"] for each in operation["responses"].values() if "content" in each]
        for content in contents:
            without += [f"{name}: {kind}" for kind, each in content.items() if not has_example(schema, each)]
    assert without == []


def test_every_error_is_problem_details(schema: dict[str, Any]):
    for name, operation in operations(schema).items():
        for status, answer in operation["responses"].items():
            if status >= "400" and "livez" not in name and "readyz" not in name:
                assert list(answer["content"]) == [PROBLEM], (name, status)
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    assert set(schema["components"]["schemas"]["Problem"]["required"]) == {
        "type",
        "title",
        "status",
        "detail",
    }


def test_its_own_examples_are_accepted(blank: TestClient, schema: dict[str, Any]):
    schemas = schema["components"]["schemas"]
    search = blank.post("/api/v1/search", json=schemas["SearchRequest"]["examples"][0])
    assert search.status_code == 200
    ticket = schemas["TicketRequest"]["examples"][0]
    assert (
        blank.post("/api/v1/tickets", json=ticket, headers={"Idempotency-Key": "12345678"}).status_code == 201
    )
