"""Read a form that a page sends: as text, whole, with nothing that a database would refuse."""

import re
from typing import Annotated

from fastapi import Depends, Request

from service.body_limit import MAX_BODY

# Control characters that no keyboard types; tab and line end stay. PostgreSQL refuses U+0000 in a text.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MAX_FIELDS = 40


async def read(request: Request) -> dict[str, str]:
    """Return the fields of a form, each as one text; files are left out."""
    async with request.form(max_fields=_MAX_FIELDS, max_files=0, max_part_size=MAX_BODY) as form:
        return {name: clean(value) for name, value in form.items() if isinstance(value, str)}


def clean(text: str) -> str:
    """Return `text` with plain line ends, without control characters and without spaces around it."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


Form = Annotated[dict[str, str], Depends(read)]
