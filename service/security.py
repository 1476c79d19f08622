"""Who may call what, what a browser may do with our pages, and where a form may come from."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import NotFound, PrecedentError
from service.deps import services

POLICY = "; ".join(
    (
        "default-src 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "require-trusted-types-for 'script'",
    )
)

# `same-origin` and not `no-referrer`: with the latter, browsers send `Origin: null` with our own forms.
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Role(StrEnum):
    """The six roles; every route declares the one that it is for."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    AGENT = "agent"
    EDITOR = "editor"
    ANALYST = "analyst"
    ADMIN = "admin"


class UndeclaredRoleError(RuntimeError):
    """A route does not say who may call it; the service does not start."""


class ForeignFormError(PrecedentError):
    """A form that was sent from somebody else's page."""

    status = 403
    title = "This form came from another site"
    slug = "foreign-form"


class Admission:
    """The check in front of one route: who lacks the role is told that there is nothing."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, request: Request) -> None:
        """Let the caller pass, or raise NotFound."""
        if self.role not in roles_of(request):
            raise NotFound("There is nothing at this address.")


def allow(role: Role) -> params.Depends:
    """Declare the role of a route: `dependencies=[allow(Role.AGENT)]`."""
    return params.Depends(Admission(role))


def roles_of(request: Request) -> frozenset[Role]:
    """Return the caller's roles; there is no sign-in, so everybody is the public."""
    return frozenset({Role.PUBLIC})


async def may_see(request: Request) -> frozenset[str]:
    """Return the visibilities of solutions that the caller may see."""
    seen = {"public"}
    if Role.CUSTOMER in roles_of(request):
        seen.add("customers")
    if roles_of(request) - {Role.PUBLIC, Role.CUSTOMER}:
        seen |= {"customers", "employees"}
    return frozenset(seen)


MaySee = Annotated[frozenset[str], Depends(may_see)]


def declared_roles(app: FastAPI) -> dict[str, Role]:
    """Return the role of every route as `GET /path`, or raise UndeclaredRoleError."""
    roles: dict[str, Role] = {}
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        found = _admissions(dependant) if dependant else []
        if len(found) != 1:
            raise UndeclaredRoleError(f"The route {route.path} must declare one role, not {len(found)}.")
        for method in sorted(getattr(route, "methods", None) or ()):
            roles[f"{method} {route.path}"] = found[0].role
    return roles


def _admissions(dependant: Dependant) -> list[Admission]:
    return [need.call for need in dependant.dependencies if isinstance(need.call, Admission)]


class SecurityHeaders:
    """Add the headers above to every answer; HTTPS is demanded from then on where we are served by it."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self.headers = {**HEADERS, **({"strict-transport-security": "max-age=31536000"} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the head of the answer."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                head = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    head.setdefault(name, value)
                head.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, complete)


async def own_form(request: Request) -> None:
    """Refuse a form that another site's page sends."""
    if not is_own(request):
        raise ForeignFormError(
            "This form was sent from another site, so we did not accept it. Please use our own page."
        )


def is_own(request: Request) -> bool:
    """Say whether a page of ours sent a request; programs that are no browsers send neither header."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in _own_hosts(request)


def _own_hosts(request: Request) -> set[str]:
    address = services(request).settings.base_url
    return {request.url.netloc} | ({urlsplit(address).netloc} if address else set())
