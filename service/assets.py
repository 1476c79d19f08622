"""Styles, scripts and the icon of the pages."""

from fastapi import APIRouter, Response

from kb.errors import NotFound
from service.deps import PagesNeeded
from service.security import Role, allow

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])
FOR_EVER = "public, max-age=31536000, immutable"
FOR_NOW = "public, max-age=300"


@router.get("/assets/{name:path}")
def asset(name: str, pages: PagesNeeded, v: str = "") -> Response:
    """Return one file; with the hash of its content in the address it may be kept for ever."""
    found = pages.assets.get(name)
    if found is None:
        raise NotFound("There is nothing at this address.")
    headers = {"cache-control": FOR_EVER if v == found.version else FOR_NOW}
    return Response(found.body, media_type=found.media_type, headers=headers)


@router.get("/favicon.ico")
def favicon(pages: PagesNeeded) -> Response:
    """Return the icon for browsers that ask without being told where it is."""
    return asset("layout/mark.svg", pages)
