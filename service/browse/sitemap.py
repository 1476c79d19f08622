"""What search engines ask for first: which addresses they may visit, and all that there are.

A solution that is withdrawn is gone from here at the next question: nothing is kept but by its content.
"""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response

from kb import contents
from kb.db import reading
from kb.errors import NotFound
from service.caching import kept
from service.deps import ServicesNeeded
from service.pages import segment
from service.security import Role, allow
from service.wording import LANGUAGES

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])
# What is made for one visitor, or for programs; below a language too.
_PRIVATE = ("/searches", "/tickets", "/status/", "/votes", "/api/")
_PAGES = ("/", "/browse", "/status")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_LINKS = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@router.get("/robots.txt")
def robots(services: ServicesNeeded) -> Response:
    """Say what may be visited: the public pages, or nothing where the installation wants none listed."""
    if not services.settings.search_engines:
        return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")
    closed = "".join(f"Disallow: {base}{path}\n" for path in _PRIVATE for base in ("", "/*"))
    address = f"Sitemap: {services.settings.address}/sitemap.xml\n"
    return Response(f"User-agent: *\n{closed}\n{address}", media_type="text/plain")


@router.get("/sitemap.xml")
def index(request: Request, services: ServicesNeeded) -> Response:
    """List the parts, each with its last change."""
    address = _address(services)
    with reading(services.sessions) as session:
        parts = contents.parts(session)
    places = [f"<sitemap><loc>{address}/sitemaps/pages.xml</loc></sitemap>"]
    places += [
        f"<sitemap><loc>{address}/sitemaps/{part.number}.xml</loc>"
        f"<lastmod>{part.changed.isoformat(timespec='seconds')}</lastmod></sitemap>"
        for part in parts
    ]
    return _xml(request, "sitemapindex", places)


@router.get("/sitemaps/pages.xml")
def pages(request: Request, services: ServicesNeeded) -> Response:
    """List the pages that are no solutions, in every language that they speak."""
    address = _address(services)
    return _xml(
        request,
        "urlset",
        (place for path in _PAGES for place in _places(address, path, dict.fromkeys(LANGUAGES, ""))),
    )


@router.get("/sitemaps/{number:int}.xml")
def part(number: int, request: Request, services: ServicesNeeded) -> Response:
    """List the solutions of one part in each of their languages, with the others beside it."""
    address = _address(services)
    with reading(services.sessions) as session:
        found = contents.part(session, number)
    if not found:
        raise NotFound("There is nothing at this address.")
    return _xml(
        request,
        "urlset",
        (
            place
            for each in found
            for place in _places(
                address,
                f"/solutions/{segment(each.id)}",
                {tag: changed.isoformat(timespec="seconds") for tag, changed in each.languages.items()},
            )
        ),
    )


def _address(services: ServicesNeeded) -> str:
    if not services.settings.search_engines:
        raise NotFound("There is nothing at this address.")
    return escape(services.settings.address)


def _places(address: str, path: str, languages: Mapping[str, str]) -> Iterable[str]:
    """Yield an entry for each language of a page; each names all of them, as the protocol wants it."""
    link = '<xhtml:link rel="alternate" hreflang="{}" href="{}"/>'
    links = "".join(link.format(tag, f"{address}/{tag}{path}") for tag in languages)
    links += link.format("x-default", f"{address}{path}")
    for tag, changed in languages.items():
        lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
        yield f"<url><loc>{address}/{tag}{path}</loc>{lastmod}{links}</url>"


def _xml(request: Request, root: str, entries: Iterable[str]) -> Response:
    body = "\n".join((f"{_HEAD}<{root} {_SITEMAPS} {_LINKS}>", *entries, f"</{root}>\n"))
    return kept(request, Response(body, media_type="application/xml"))
