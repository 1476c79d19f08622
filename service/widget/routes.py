"""Where sites load the widget from: an address that is always new, and one that never changes."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from kb.errors import NotFound
from service.assets import FOR_EVER, FOR_NOW
from service.deps import ServicesNeeded
from service.security import Role, allow
from service.widget import versions
from service.widget.build import Bundle, bundle, compact_json, path_of, texts

router = APIRouter(prefix="/widget", include_in_schema=False, dependencies=[allow(Role.PUBLIC)])

# Other sites load this file, and compare it with a hash: browsers let them only if we say that they may.
FOR_ALL_SITES: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "vary": "accept-encoding",
}


@router.get("/v1/manifest.json")
def manifest(services: ServicesNeeded) -> dict[str, Any]:
    """Say for each language where its present version is, and the hash that proves it.

    What is published here is kept, so that an upgrade takes it away from nobody.
    """
    for language in texts():
        versions.keep(bundle(language), services.settings.data_dir)
    return {
        language: {
            "evergreen": path_of(language),
            "path": bundle(language).path,
            "integrity": bundle(language).sri,
            "gzip_bytes": bundle(language).gzip_size,
        }
        for language in texts()
    }


@router.get("/v1/precedent.js")
def newest(request: Request) -> Response:
    """Return the present script, with English texts."""
    return _script(bundle(), request, FOR_NOW)


@router.get("/v1/{language}/precedent.js")
def newest_in(language: str, request: Request) -> Response:
    """Return the present script with the texts of a language."""
    if language not in texts():
        raise NotFound(f"The widget has no texts in “{language}”.")
    return _script(bundle(language), request, FOR_NOW)


@router.get("/v1/texts/{language}.json")
def texts_in(language: str) -> Response:
    """Return the texts of a language, for pages whose script came with those of another one."""
    if language not in texts():
        raise NotFound(f"The widget has no texts in “{language}”.")
    return Response(
        compact_json(texts()[language]),
        media_type="application/json",
        headers=FOR_ALL_SITES | {"cache-control": FOR_NOW},
    )


@router.get("/{digest}/precedent.js")
def pinned(digest: str, request: Request, services: ServicesNeeded) -> Response:
    """Return exactly the script that has this hash; another one is not given out in its place."""
    present = (bundle(language) for language in texts())
    found = next((each for each in present if each.digest == digest), None)
    found = found or versions.kept(digest, services.settings.data_dir)
    if found is None:
        raise NotFound("There is no such version of the widget.")
    return _script(found, request, FOR_EVER)


def _script(built: Bundle, request: Request, kept: str) -> Response:
    headers = FOR_ALL_SITES | {"etag": f'"{built.digest}"', "cache-control": kept}
    if built.digest in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(built.body, media_type="text/javascript", headers=headers)
    packed = headers | {"content-encoding": "gzip"}
    return Response(built.gzipped, media_type="text/javascript", headers=packed)
