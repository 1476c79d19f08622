"""The description of the interface for programs."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from service.errors import Problem
from service.security import Role, allow

DESCRIPTION: Final[dict[str, Any]] = {
    "title": "Precedent",
    "version": "1",
    "summary": "Find the solved problem, and file a tracked ticket only when there is none.",
    "description": (
        "Search with `POST /api/v1/search`, tell how it went with `POST /api/v1/searches/{id}/outcome`, and "
        "when nothing fits, file a ticket with `POST /api/v1/tickets`. Errors are RFC 9457 problem details "
        "with the media type `application/problem+json`; `detail` is a plain sentence for people."
    ),
    "license_info": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "openapi_tags": [
        {"name": "search", "description": "Typed problems in, solutions out."},
        {"name": "tickets", "description": "Reports that are followed by their number."},
        {"name": "sites", "description": "What the widget needs to know of the site that embeds it."},
        {"name": "health", "description": "For whoever runs the service."},
    ],
}

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])


@router.get("/api/v1/openapi.json")
def description(request: Request) -> JSONResponse:
    """Return the description in OpenAPI 3.1."""
    schema = request.app.openapi()
    schema["components"]["schemas"].setdefault("Problem", _problem_schema())
    return JSONResponse(schema)


def _problem_schema() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    schema["properties"]["errors"]["items"] = {
        "type": "object",
        "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
        "required": ["field", "detail"],
    }
    return schema
