"""Countries and languages as they come in over HTTP: checked, and in one spelling."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from kb import locales
from kb.errors import Invalid


def _checked(check: Callable[[str], str]) -> Callable[[str | None], str | None]:
    def validate(text: str | None) -> str | None:
        if not text:
            return None
        try:
            return check(text)
        except Invalid as error:
            raise ValueError(str(error)) from error

    return validate


Country = Annotated[
    str | None,
    AfterValidator(_checked(locales.country)),
    Field(description="two letters of ISO 3166; decides which product a name means", examples=["ES"]),
]
Language = Annotated[
    str | None,
    AfterValidator(_checked(locales.language)),
    Field(
        description="language of the reader, such as `es` or `pt-BR`; detected when absent", examples=["es"]
    ),
]
