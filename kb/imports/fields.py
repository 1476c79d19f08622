"""The fields of imported rows: what each may hold, and the sentence where it holds something else."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from kb import locales
from kb.errors import Invalid
from kb.tables import CHANNELS, now

# Longer than any honest value; a limit keeps one broken row from filling an index or a page.
LONGEST_KEY = 200
LONGEST_TITLE = 2_000
LONGEST_TEXT = 1_000_000

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_EARLIEST_YEAR = 1970

# What other systems call our channels.
_CHANNELS = {"call": "phone", "telephone": "phone", "mail": "email", "e-mail": "email", "form": "web"}


class Line(BaseModel):
    """A row of a file; fields that we do not know are counted and left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)


AnyLine = TypeVar("AnyLine", bound=Line)


def check(kind: type[AnyLine], values: dict[str, Any]) -> AnyLine:
    """Check a row, or raise Invalid with all that is wrong with it."""
    try:
        return kind.model_validate(_said(values))
    except ValidationError as error:
        reasons = [_reason(each["loc"], each["type"], each["msg"]) for each in error.errors()]
        raise Invalid("; ".join(dict.fromkeys(reasons))) from error


def _said(value: Any) -> Any:
    """Leave out what is null, at any depth: it says nothing."""
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if each is not None}
    return [_said(each) for each in value] if isinstance(value, list) else value


def unknown(kind: type[Line], values: dict[str, Any]) -> list[str]:
    """Return the names in a row that mean nothing to us."""
    return [name for name in values if name not in kind.model_fields]


def _reason(place: tuple[int | str, ...], kind: str, message: str) -> str:
    field = ".".join(str(part) for part in place) or "the row"
    if kind == "missing":
        return f"“{field}” is missing"
    message = message.removeprefix("Value error, ")
    return f"“{field}”{'' if message.startswith(':') else ' '}{message[0].lower()}{message[1:]}"


def _text(limit: int, one_line: bool = False) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError("must be text")
        text = str(value).replace("\x00", "").strip()
        if not text:
            raise ValueError("is empty")
        if len(text) > limit:
            raise ValueError(f"has {len(text):,} characters; at most {limit:,} can be kept")
        if _SURROGATE.search(text):
            raise ValueError("holds half a character (a lone surrogate)")
        if one_line and _CONTROL.search(text):
            raise ValueError("holds a line break or another control character")
        return text

    return read


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Take an empty text for nothing said."""

    def maybe(value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else read(value)

    return maybe


def _checked(check: Callable[[str], str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        try:
            return check(_text(LONGEST_KEY)(value))
        except Invalid as error:
            raise ValueError(f": {str(error).rstrip('.')}") from error

    return read


def moment(value: Any) -> datetime:
    """Read a date and time; without a zone it is taken as UTC."""
    try:
        read = datetime.fromisoformat(value.strip() if isinstance(value, str) else "")
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"is “{str(value)[:40]}”; write a date such as 2026-03-01T12:30:00Z") from None
    if read.year < _EARLIEST_YEAR or read > now() + timedelta(days=1):
        raise ValueError(f"is {read:%Y-%m-%d}, which cannot be")
    return read


def listed(value: Any) -> Any:
    """Read a list that may stand in one cell, as JSON or separated by semicolons."""
    if not isinstance(value, str):
        return value
    return (
        parsed(value)
        if value.lstrip().startswith("[")
        else [p.strip() for p in value.split(";") if p.strip()]
    )


def parsed(value: Any) -> Any:
    """Read a JSON value that may stand in one cell."""
    if not isinstance(value, str):
        return value
    try:
        return _said(json.loads(value))
    except (ValueError, RecursionError):
        raise ValueError("is not valid JSON") from None


Key = Annotated[str, BeforeValidator(_text(LONGEST_KEY, one_line=True))]
Title = Annotated[str, BeforeValidator(_text(LONGEST_TITLE))]
Text = Annotated[str, BeforeValidator(_text(LONGEST_TEXT))]
Language = Annotated[str, BeforeValidator(_checked(locales.language))]
Moment = Annotated[datetime, BeforeValidator(moment)]
MaybeKey = Annotated[str | None, BeforeValidator(_optional(_text(LONGEST_KEY, one_line=True)))]
MaybeTitle = Annotated[str | None, BeforeValidator(_optional(_text(LONGEST_TITLE)))]
MaybeText = Annotated[str | None, BeforeValidator(_optional(_text(LONGEST_TEXT)))]
MaybeLanguage = Annotated[str | None, BeforeValidator(_optional(_checked(locales.language)))]
MaybeCountry = Annotated[str | None, BeforeValidator(_optional(_checked(locales.country)))]
MaybeMoment = Annotated[datetime | None, BeforeValidator(_optional(moment))]
Codes = Annotated[tuple[Key, ...] | None, BeforeValidator(listed)]


def word(*allowed: str, **meant: str) -> BeforeValidator:
    """Accept one of a few words, however it is written; `meant` maps other systems' words to ours."""

    def read(value: Any) -> str:
        text = str(value).strip().lower()
        text = meant.get(text, text)
        if text not in allowed:
            raise ValueError(f"is “{str(value)[:40]}”; it must be one of {', '.join(allowed)}")
        return text

    return BeforeValidator(read)


Channel = Annotated[str, word(*CHANNELS, **_CHANNELS)]
