"""One handler: what went wrong becomes problem details (RFC 9457) for programs, and a page for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import Invalid, PrecedentError, Unavailable
from service import logs, sentences
from service.deps import pages, reader
from service.texts import ERRORS

MEDIA_TYPE = "application/problem+json"
FOR_PROGRAMS = ("/api/", "/livez", "/readyz")


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(BaseModel):
    """Problem details as RFC 9457 has them; `errors` names the fields where there are any."""

    type: str = Field(description="a stable name of this kind of problem")
    title: str
    status: int
    detail: str = Field(description="a plain sentence that may be shown to people")
    errors: list[FieldProblem] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Failure:
    """What any error comes down to before it is shown."""

    status: int
    slug: str
    title: str
    sentence: str
    fields: tuple[tuple[str, str], ...] = ()
    retry_after: int | None = None

    def problem(self) -> Problem:
        """Return the failure for programs."""
        return Problem(
            type=f"urn:precedent:problem:{self.slug}",
            title=self.title,
            status=self.status,
            detail=self.sentence,
            errors=[FieldProblem(field=field, detail=detail) for field, detail in self.fields],
        )


NO_DATABASE = Failure(
    503,
    Unavailable.slug,
    Unavailable.title,
    "Our database does not answer right now. Nothing was lost on your side; please try again in a moment.",
    retry_after=5,
)
# PostgreSQL keeps no U+0000 in a text. What people write is cleaned of it; ids are left as they came.
NO_TEXT = Failure(422, Invalid.slug, Invalid.title, "This holds characters that cannot be kept.")
TOO_LARGE = Failure(413, *sentences.of_status(413))
UNEXPECTED = Failure(
    500,
    "unexpected",
    "Something went wrong on our side",
    "We are sorry: this was our mistake, and it has been noted. Please try again in a moment.",
)


def install(app: FastAPI) -> None:
    """Make every error of the application end here."""
    app.add_exception_handler(PrecedentError, answer_error)
    app.add_exception_handler(HTTPException, answer_error)
    app.add_exception_handler(RequestValidationError, answer_error)
    app.add_exception_handler(OperationalError, answer_error)
    app.add_exception_handler(DataError, answer_error)


async def answer_error(request: Request, error: Exception) -> Response:
    """Answer an error in the way that the asker understands."""
    return respond(request, failure(error))


def failure(error: Exception) -> Failure:
    """Bring any error down to what may be shown of it."""
    if isinstance(error, PrecedentError):
        field = error.field if isinstance(error, Invalid) else None
        fields = ((field, str(error)),) if field else ()
        wait = getattr(error, "retry_after", None)
        return Failure(error.status, error.slug, error.title, str(error), fields, wait)
    if isinstance(error, RequestValidationError):
        return _invalid_request(error.errors())
    if isinstance(error, HTTPException):
        return Failure(error.status_code, *sentences.of_status(error.status_code))
    if isinstance(error, DataError):
        return NO_TEXT
    if isinstance(error, OperationalError):
        logs.log.error("database", error=type(error.orig).__name__, where=logs.trace(error))
        return NO_DATABASE
    return UNEXPECTED


def respond(request: Request, failed: Failure) -> Response:
    """Return problem details under /api, and a page elsewhere."""
    if request.url.path.startswith(FOR_PROGRAMS):
        body = failed.problem().model_dump()
        response: Response = JSONResponse(body, failed.status, media_type=MEDIA_TYPE)
    else:
        response = _page(request, failed)
    if failed.retry_after is not None:
        response.headers["retry-after"] = str(failed.retry_after)
    return response


def _page(request: Request, failed: Failure) -> Response:
    """Return the failure for people; in another language it is said by its kind."""
    who = reader(request)
    title, sentence = failed.title, failed.sentence
    details = [detail for _, detail in failed.fields if detail != failed.sentence]
    if kinds := ERRORS(who.language):
        title, sentence = kinds.get(failed.slug, kinds["other"])
        details = []
    return pages(request).render(
        "layout/error.html", code=failed.status, reader=who, title=title, sentence=sentence, details=details
    )


def _invalid_request(errors: Sequence[Any]) -> Failure:
    fields = tuple(sentences.of_field(error) for error in errors)
    first = fields[0][1] if fields else "This request cannot be used."
    return Failure(422, Invalid.slug, Invalid.title, first, fields)


def problems(*examples: Failure) -> dict[int | str, dict[str, Any]]:
    """Describe errors for OpenAPI: for each status the schema and examples; a database may always be gone."""
    described: dict[int | str, dict[str, Any]] = {}
    for each in (*examples, NO_DATABASE):
        entry = described.setdefault(
            each.status,
            {
                "description": HTTPStatus(each.status).phrase,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        entry["content"][MEDIA_TYPE]["examples"][each.slug] = {"value": each.problem().model_dump()}
    return described


class LastResort:
    """Answer an error that nobody expected, and log where it came from but not its words."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; if that fails before an answer has begun, answer with an apology."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http":
                raise
            logs.log.error("unexpected", error=type(error).__name__, where=logs.trace(error))
            if begun:
                raise
            await respond(Request(scope), UNEXPECTED)(scope, receive, send)
