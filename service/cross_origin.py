"""Pages of other origins: those of known sites may call the interface for programs, and no others.

An origin is named in an answer only where a site has it, never because it asked, and credentials are never
allowed: such a call carries no cookie, so that a page can do nothing in somebody's name.
"""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import PrecedentError
from service.deps import services
from service.errors import failure, respond
from service.security import is_own
from service.sites import SITE_HEADER

FOR_PROGRAMS: Final = "/api/"
_HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PREFLIGHT: Final = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": f"authorization, content-type, idempotency-key, {SITE_HEADER}",
    # Two hours: Chromium keeps no answer longer.
    "access-control-max-age": "7200",
}
# What a page may read of an answer besides its body.
_EXPOSED: Final = {"access-control-expose-headers": "retry-after"}


class ForeignSiteError(PrecedentError):
    """A page that may not call us tried to change something."""

    status = 403
    title = "This site may not call us"
    slug = "foreign-site"


class CrossOrigin:
    """Let the pages of known sites read our answers; what others send is refused before it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, refuse a foreign page, or pass the request on and mark its answer."""
        if scope["type"] != "http" or not scope["path"].startswith(FOR_PROGRAMS):
            await self.app(scope, receive, send)
            return
        request, origin = Request(scope), Headers(scope=scope).get("origin")
        allowed = origin is not None and await services(request).sites.allow(origin)
        mark = _marked(send, origin if allowed else None)
        if allowed and _is_preflight(request):
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, mark)
        elif origin is None or allowed or scope["method"] in _HARMLESS or is_own(request):
            await self.app(scope, receive, mark)
        else:
            await respond(request, failure(_refusal(origin)))(scope, receive, mark)


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _refusal(origin: str) -> ForeignSiteError:
    return ForeignSiteError(f"Pages of “{origin[:200]}” may not call us: it is no origin of a known site.")


def _marked(send: Send, allowed: str | None) -> Send:
    """Return what sends an answer with the origin that may read it."""

    async def mark(message: Message) -> None:
        if message["type"] == "http.response.start":
            head = MutableHeaders(scope=message)
            # Of every answer: one that was kept for our own pages must not be given to another origin.
            head.add_vary_header("origin")
            if allowed:
                head.update({"access-control-allow-origin": allowed, **_EXPOSED})
        await send(message)

    return mark
