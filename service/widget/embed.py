"""The page for who builds a site: the widget at work, its options, and what to copy.

It shows nothing that the pages of the site do not show to everybody, so that it is public as they are.
"""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from kb import documents
from kb.db import reading
from kb.errors import Invalid
from kb.sites import LONGEST_KEY, Site
from service.deps import PagesNeeded, ServicesNeeded
from service.security import Role, allow
from service.widget.build import FIRST, path_of, texts
from service.widget.colour import colour as checked_colour
from service.widget.tag import Choice, tags

router = APIRouter(prefix="/embed", include_in_schema=False, dependencies=[allow(Role.PUBLIC)])


async def _site(key: Annotated[str, Path(max_length=LONGEST_KEY)], services: ServicesNeeded) -> Site:
    return await services.sites.get(key)


@router.get("/{key}")
def embed(
    site: Annotated[Site, Depends(_site)],
    pages: PagesNeeded,
    services: ServicesNeeded,
    product: str = "",
    language: str = "",
    country: str = "",
    colour: str = "",
) -> Response:
    """Show the widget of a site as the options make it, with the tags that make it so."""
    with reading(services.sessions) as session:
        products = documents.catalogue(session)
    languages = site.languages or tuple(texts())
    choice = Choice(
        product=product if product in {each.code for each in products} else "",
        language=language if language in languages else "",
        country=country if country in _countries(site, country) else "",
        colour=_colour(colour),
    )
    found = tags(site, services.settings.address, services.settings.data_dir, choice)
    return pages.render(
        "widget/embed.html",
        site=site,
        choice=choice,
        tags=found,
        theme=json.dumps(found.theme),
        products=products,
        choices=languages,
        script=path_of(choice.language or FIRST),
    )


def _countries(site: Site, country: str) -> tuple[str, ...]:
    return site.countries or (country,)


def _colour(given: str) -> str:
    """Return a colour, or none where somebody has typed into the address what is none."""
    try:
        return checked_colour(given) if given else ""
    except Invalid:
        return ""
