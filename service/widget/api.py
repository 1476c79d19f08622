"""What the widget asks of its site, once, when somebody begins to use it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from kb.errors import Invalid, NotFound
from kb.sites import LONGEST_KEY, UNKNOWN, Site
from service.assets import FOR_NOW
from service.caching import kept
from service.deps import ServicesNeeded
from service.errors import failure, problems
from service.security import Role, allow

router = APIRouter(prefix="/api/v1/sites", tags=["sites"], dependencies=[allow(Role.PUBLIC)])

SITE_EXAMPLE: Final[dict[str, Any]] = {
    "key": "orrinvale",
    "name": "Orrinvale",
    "languages": ["en", "de", "es"],
    "countries": ["GB", "DE", "ES"],
    "texts": {"en": {"label": "What may we fix?"}},
    "fallback_mail": "help@orrinvale.example.com",
    "consent": False,
}
Key = Annotated[str, Path(max_length=LONGEST_KEY, examples=["orrinvale"])]
_UNKNOWN = failure(NotFound(UNKNOWN))
_TOO_LONG = failure(Invalid(f"“key” is longer than {LONGEST_KEY} characters.", "key"))


class SiteOut(BaseModel):
    """How the widget speaks on a site. From where the site may call us is nobody else's business."""

    model_config = ConfigDict(json_schema_extra={"examples": [SITE_EXAMPLE]})

    key: str
    name: str
    languages: list[str] = Field(description="which the site's readers are spoken to in; none: all")
    countries: list[str] = Field(description="where the site's readers live; none: anywhere")
    texts: Mapping[str, Mapping[str, str | Mapping[str, str]]] = Field(
        description="in place of those of the widget, by language and id"
    )
    fallback_mail: str | None = Field(description="where to write when nothing can be sent to us")
    consent: bool = Field(description="whether readers are asked before anything is kept in their browser")

    @classmethod
    def of(cls, site: Site) -> "SiteOut":
        """Return a site for the widget."""
        return cls(
            key=site.key,
            name=site.name,
            languages=list(site.languages),
            countries=list(site.countries),
            texts=site.texts,
            fallback_mail=site.mail,
            consent=site.consent,
        )


@router.get(
    "/{key}",
    summary="How the widget speaks on a site",
    response_model=SiteOut,
    responses=problems(_UNKNOWN, _TOO_LONG),
)
async def site(key: Key, request: Request, services: ServicesNeeded) -> Response:
    """Return what the site has set; browsers keep it for some minutes, and then ask whether it is new."""
    found = SiteOut.of(await services.sites.get(key))
    return kept(request, JSONResponse(found.model_dump()), control=FOR_NOW, vary=None)
