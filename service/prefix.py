"""The language as the first part of an address: `/de/status` is the status page in German."""

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb import locales
from kb.errors import Invalid

_PREFIX = re.compile(r"/([a-z]{2,3}(?:-[A-Za-z0-9]{2,4}){0,2})(?=/|$)")
# What programs and browsers fetch has one address; “api” would pass for the code of a language.
_WITHOUT_LANGUAGE = re.compile(r"/api$|(/[^/]+)?/(api|assets)/")


class LanguagePrefix:
    """Serve every page below `/de`, `/pt-BR` and so on too; what it leads to stays below it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the language as its root."""
        base = _base(scope["path"]) if scope["type"] == "http" else ""
        if not base:
            await self.app(scope, receive, send)
            return
        if scope["path"] == base:
            await RedirectResponse(f"{base}/", 308)(scope, receive, send)
            return
        scope["root_path"] = base

        async def stay(message: Message) -> None:
            if message["type"] == "http.response.start":
                head = MutableHeaders(scope=message)
                if head.get("location", "").startswith("/"):
                    head["location"] = base + head["location"]
            await send(message)

        await self.app(scope, receive, stay)


def _base(path: str) -> str:
    """Return the prefix of an address that names a language, in its usual spelling, or nothing."""
    found = _PREFIX.match(path)
    if found is None or _WITHOUT_LANGUAGE.match(path):
        return ""
    try:
        return found[0] if locales.language(found[1]) == found[1] else ""
    except Invalid:
        return ""
