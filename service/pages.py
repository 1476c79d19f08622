"""Templates, styles and scripts: found when the application is made, served with their hash."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.convertors import Convertor, register_url_convertor

from kb import locales
from kb.text import fold
from service.languages import LANGUAGE_NAMES
from service.reader import Listed, Reader
from service.rich_text import markdown
from service.texts import FRAME
from service.wording import LANGUAGES, counted, locale

ROOT = Path(__file__).parent
SUFFIXES = (".css", ".js", ".svg")
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file that browsers load beside a page."""

    body: bytes
    media_type: str
    version: str


# For pages that are made for nobody in particular.
ENGLISH = Reader()


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
            languages=LANGUAGE_NAMES,
            spoken=LANGUAGES,
        )
        self.environment.filters.update(
            direction=direction,
            segment=segment,
            markdown=markdown,
            day=_day,
            moment=_moment,
            counted=_counted,
            language_name=language_name,
        )

    def render(
        self,
        template: str,
        *,
        code: int = 200,
        here: str = "",
        reader: Reader = ENGLISH,
        listed: Listed | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Return the page that `template` makes of `values` for a reader; `here` marks its place in the menu.

        Without `listed`, or where the installation does not want it, search engines are told to leave it out.
        """
        page = self.fragment(template, reader, here=here, code=code, listed=listed, **values)
        return HTMLResponse(page, status_code=code, headers={"content-language": reader.language})

    def fragment(self, template: str, reader: Reader, **values: Any) -> str:
        """Return what a template makes of `values` and of what every page needs."""
        every = {
            "reader": reader,
            "base": reader.base,
            "frame": FRAME(reader.language),
            "countries": partial(country_names, reader.language),
        }
        return self.environment.get_template(template).render({**every, **values})

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


@cache
def country_names(language: str) -> dict[str, str]:
    """Return the countries by code, in the order of their names in a language of the pages."""
    names = locale(language).territories
    return dict(sorted(((code, names[code]) for code in locales.COUNTRIES), key=lambda item: fold(item[1])))


def segment(text: str) -> str:
    """Escape `text` as one part of an address."""
    return quote(text, safe="")


def day(moment: datetime, language: str) -> str:
    """Write a date as in `22 November 2026`."""
    return format_date(moment, "long", locale=locale(language))


@pass_context
def _day(context: Context, moment: datetime) -> str:
    return day(moment, context["reader"].language)


@pass_context
def _moment(context: Context, moment: datetime) -> str:
    """Write a time as in `22 November 2026, 17:09 UTC`."""
    return f"{_day(context, moment)}, {moment:%H:%M} UTC"


@pass_context
def _counted(context: Context, forms: Mapping[str, str], count: int) -> str:
    return counted(forms, count, context["reader"].language)


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
