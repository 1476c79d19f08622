"""Pages that everybody may keep, and that are asked about before they are shown again."""

import hashlib

from fastapi import Request, Response

# Kept by browsers and proxies, yet never shown without asking: what was withdrawn is gone at the next look.
KEPT = "public, no-cache"


def kept(
    request: Request, page: Response, control: str = KEPT, vary: str | None = "accept-language"
) -> Response:
    """Mark a page by its content; who has the same one already is told so, with 304 and no body."""
    mark = f'"{hashlib.sha256(page.body).hexdigest()[:32]}"'
    page.headers.update({"etag": mark, "cache-control": control, **({"vary": vary} if vary else {})})
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if mark not in known:
        return page
    left = {name: page.headers[name] for name in ("etag", "cache-control", "vary") if name in page.headers}
    return Response(status_code=304, headers=left)
