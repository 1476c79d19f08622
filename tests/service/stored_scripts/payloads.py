"""The texts that would run a script, each with the call of a marker that names it."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Where = Literal["text", "mutation", "attribute", "address", "script", "markdown", "template"]


@dataclass(frozen=True, slots=True)
class Payload:
    """One text; where it is put as it stands into a place like `where`, `ran(index)` is called."""

    index: int
    where: Where
    text: str


def _load() -> tuple[Payload, ...]:
    listed = json.loads(Path(__file__).with_name("payloads.json").read_text(encoding="utf-8"))["payloads"]
    return tuple(
        Payload(index, each["where"], _filled(each["text"], index)) for index, each in enumerate(listed)
    )


def _filled(text: str, index: int) -> str:
    call = f"ran({index})"
    spellings = {
        "{RAN}": call,
        "{INDEX}": str(index),
        "{ENTITIES}": "".join(f"&#{ord(letter)};" for letter in call),
        "{HEX}": "".join(f"&#x{ord(letter):x};" for letter in call),
        "{UNICODE}": f"\\u0072an({index})",
        "{BASE64}": base64.b64encode(call.encode()).decode(),
        "{MARK}": f'data-ran="{index}"',
    }
    for name, spelling in spellings.items():
        text = text.replace(name, spelling)
    return text


PAYLOADS = _load()
# One of each kind and some more, for pages that show a text as all others do; and all of them as one text.
SOME = PAYLOADS[::6]
ALL = "\n".join(each.text for each in PAYLOADS)
