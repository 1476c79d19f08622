"""For whom a page is made: the language they read, their country, and what their addresses begin with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb import locales
from kb.errors import Invalid
from kb.settings import Settings
from service.wording import LANGUAGES

_LONGEST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """How search engines know a page: its one address, and those of the same page in other languages."""

    canonical: str
    alternates: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page.

    `language` is one of LANGUAGES and what the page speaks; `wanted` is the language in which solutions are
    read first, which may be any. `base` is the prefix of all addresses, `path` what follows it here: empty
    where the page came of a sent form, so that no other language of it can be opened. `said` tells whether
    the address or the browser named a language; else the settings did.
    """

    language: str = "en"
    wanted: str = "en"
    country: str | None = None
    said: bool = False
    base: str = ""
    path: str = ""
    address: str = ""
    search_engines: bool = False

    def listed(self, path: str, language: str, languages: Iterable[str]) -> Listed:
        """Say where search engines find a page that exists in `languages`; without one it is negotiated."""
        places = {tag: f"{self.address}/{tag}{path}" for tag in languages}
        return Listed(f"{self.address}/{language}{path}", {**places, "x-default": f"{self.address}{path}"})


def choose(said: Sequence[str], settings: Settings, **place: str) -> Reader:
    """Return the reader who said these languages, the best first; the settings speak for who said none."""
    tags = (*said, settings.default_language)
    return Reader(
        language=next((found for tag in tags if (found := locales.primary(tag)) in LANGUAGES), "en"),
        wanted=tags[0],
        country=_country(tags) or (None if said else settings.default_country),
        said=bool(said),
        address=settings.address,
        search_engines=settings.search_engines,
        **place,
    )


def accepted(header: str) -> tuple[str, ...]:
    """Return the languages of an Accept-Language header, the best first; what is no language is left out."""
    found: list[tuple[float, str]] = []
    for part in header[:_LONGEST_HEADER].split(","):
        tag, _, quality = part.partition(";")
        try:
            found.append((float(quality.strip().removeprefix("q=") or 1), locales.language(tag)))
        except (Invalid, ValueError):
            continue
    return tuple(tag for quality, tag in sorted(found, key=lambda each: -each[0]) if quality > 0)


def _country(tags: Sequence[str]) -> str | None:
    """Return the country of the best language that names one: es-MX says more than es."""
    same = (tag for tag in tags if locales.primary(tag) == locales.primary(tags[0]))
    return next((region for tag in same if (region := tag.rsplit("-", 1)[-1]) in locales.COUNTRIES), None)
