"""Templates, styles and scripts: found when the application is made, served with their hash."""

import hashlib
import mimetypes
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel import Locale
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.convertors import Convertor, register_url_convertor

from kb import locales
from kb.text import fold
from service.languages import LANGUAGE_NAMES
from service.rich_text import markdown
from service.texts import FRAME

ROOT = Path(__file__).parent
SUFFIXES = (".css", ".js", ".svg")
# The languages that can be chosen; all others are found by typing in them.
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file that browsers load beside a page."""

    body: bytes
    media_type: str
    version: str


class Pages:
    """Renders templates with what every page needs."""

    def __init__(self) -> None:
        self.assets = dict(_assets())
        self.environment = Environment(
            loader=FileSystemLoader(ROOT),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(
            asset=self.address_of,
            frame=FRAME,
            countries=country_names(),
            languages=LANGUAGE_NAMES,
        )
        self.environment.filters.update(
            direction=direction,
            segment=segment,
            markdown=markdown,
            day=day,
            moment=moment,
            language_name=language_name,
        )

    def render(self, template: str, *, code: int = 200, here: str = "", **values: Any) -> HTMLResponse:
        """Return the page that `template` makes of `values`; `here` marks the place in the menu."""
        page = self.environment.get_template(template).render(values, here=here, code=code)
        return HTMLResponse(page, status_code=code)

    def address_of(self, name: str) -> str:
        """Return the address of an asset; it changes with the content, so that browsers may keep it."""
        return f"/assets/{name}?v={self.assets[name].version}"


class Anything(Convertor[str]):
    """A part of an address that may hold every character, slashes and line ends too."""

    regex = r"[\s\S]+"

    def convert(self, value: str) -> str:
        """Return the part as it was sent."""
        return value

    def to_string(self, value: str) -> str:
        """Return the part as it goes into an address."""
        return segment(value)


register_url_convertor("anything", Anything())


def direction(language: str | None) -> str:
    """Return `rtl` for languages that are written from right to left."""
    return "rtl" if language and locales.primary(language) in RIGHT_TO_LEFT else "ltr"


def language_name(tag: str) -> str:
    """Return the name of a language in itself, as its readers look for it."""
    primary = locales.primary(tag)
    return LANGUAGE_NAMES.get(primary) or (own_name(primary) if primary in locales.LANGUAGES else tag)


def own_name(primary: str) -> str:
    """Return what CLDR calls a language in that language; it reads all of that language for it."""
    name = Locale.parse(primary).get_language_name(primary)
    return name[:1].title() + name[1:] if name else primary


def country_names() -> dict[str, str]:
    """Return the countries by code, in the order of their English names."""
    names = Locale("en").territories
    return dict(sorted(((code, names[code]) for code in locales.COUNTRIES), key=lambda item: fold(item[1])))


def segment(text: str) -> str:
    """Escape `text` as one part of an address."""
    return quote(text, safe="")


def day(moment: datetime) -> str:
    """Write a date as in `22 November 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def moment(moment: datetime) -> str:
    """Write a time as in `22 November 2026, 17:09 UTC`."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def _assets() -> list[tuple[str, Asset]]:
    found = []
    for path in sorted(each for each in ROOT.rglob("*") if each.suffix in SUFFIXES):
        body = path.read_bytes()
        media_type = mimetypes.types_map[path.suffix]
        found.append(
            (
                path.relative_to(ROOT).as_posix(),
                Asset(body, media_type, hashlib.sha256(body).hexdigest()[:12]),
            )
        )
    return found
