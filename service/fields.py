"""Fields of requests that kb knows how to check; each error is kb's own sentence."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from kb import customers, locales
from kb.errors import Invalid


def _in_one_spelling(check: Callable[[str], str]) -> Callable[[str | None], str | None]:
    """Return a validator that gives back what `check` returns; nothing stays nothing."""

    def validate(text: str | None) -> str | None:
        if not text:
            return None
        try:
            return check(text)
        except Invalid as error:
            raise ValueError(str(error)) from error

    return validate


def _as_typed(check: Callable[[str], str]) -> Callable[[str | None], str | None]:
    """Return a validator that only looks; kb brings the text into its normal form when it keeps it."""
    look = _in_one_spelling(check)
    return lambda text: text if look(text) else None


Country = Annotated[
    str | None,
    AfterValidator(_in_one_spelling(locales.country)),
    Field(description="two letters of ISO 3166; decides which product a name means", examples=["ES"]),
]
Language = Annotated[
    str | None,
    AfterValidator(_in_one_spelling(locales.language)),
    Field(description="language of the reader, as `es` or `pt-BR`; detected when absent", examples=["es"]),
]
Email = Annotated[
    str | None, AfterValidator(_as_typed(customers.normal_email)), Field(examples=["ana@example.com"])
]
Phone = Annotated[
    str | None,
    AfterValidator(_as_typed(lambda text: customers.normal_phone(text, None))),
    Field(examples=["+34 600 123 456"]),
]
