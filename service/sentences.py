"""Plain sentences for errors that libraries raise."""

from http import HTTPStatus
from typing import Any

from service.body_limit import MAX_BODY

_OF_STATUS = {
    400: (
        "malformed",
        "This cannot be read",
        "What was sent cannot be read. Please check it and send it again.",
    ),
    404: (
        "not-found",
        "Nothing is here",
        "There is nothing at this address. It may be mistyped, or it is gone.",
    ),
    405: ("wrong-method", "Not in this way", "This address exists, but it cannot be used in this way."),
    413: (
        "too-large",
        "Too large",
        f"This is more than we take at once, which is {MAX_BODY // 1024**2} MB. Please send a shorter text.",
    ),
}

_OF_FIELD = {
    "missing": "“{field}” is missing.",
    "string_too_long": "“{field}” is longer than {max_length} characters.",
    "string_too_short": "“{field}” is empty.",
    "string_type": "“{field}” must be a text.",
    "string_unicode": "“{field}” holds characters that are no text.",
    "bool_parsing": "“{field}” must be true or false.",
    "int_parsing": "“{field}” must be a whole number.",
    "int_type": "“{field}” must be a whole number.",
    "greater_than_equal": "“{field}” must be at least {ge}.",
    "less_than_equal": "“{field}” must be at most {le}.",
    "literal_error": "“{field}” must be one of {expected}.",
    "enum": "“{field}” must be one of {expected}.",
    "extra_forbidden": "“{field}” is not a field that we know.",
    "too_long": "“{field}” holds more than {max_length} entries.",
    "list_type": "“{field}” must be a list.",
    "model_attributes_type": "The body must be a JSON object.",
    "dict_type": "The body must be a JSON object.",
    "json_invalid": "The body is not valid JSON.",
    "value_error": "{error}",
}


def of_status(status: int) -> tuple[str, str, str]:
    """Return slug, title and sentence for a status that the framework answers with."""
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    phrase = HTTPStatus(status).phrase
    return phrase.lower().replace(" ", "-"), phrase, "This request cannot be answered."


def of_field(error: dict[str, Any]) -> tuple[str, str]:
    """Return the field and the sentence for one error of pydantic."""
    place = [str(part) for part in error["loc"][1:]]  # the first part says where the field stands
    field = ".".join(place) if error["type"] != "json_invalid" else "body"
    pattern = _OF_FIELD.get(error["type"], "“{field}” cannot be used.")
    if field == "" and error["type"] == "missing":
        return "body", "The body is missing; send JSON with the content type application/json."
    return field or "body", pattern.format(field=field or "body", **_context(error))


def _context(error: dict[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(("max_length", "ge", "le", "expected", "error"), ""), **error.get("ctx", {})}
