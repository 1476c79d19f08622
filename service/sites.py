"""The sites that may call us, as the database has them: one that a command adds is known within a second."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from starlette.concurrency import run_in_threadpool

from kb import sites
from kb.db import reading
from kb.errors import NotFound, Unavailable
from kb.sites import Site
from service.logs import log

# What is published and withdrawn acts within a second, too.
FRESH_SECONDS: Final = 1.0
# Says which site's widget it is; sent only with what is recorded, which needs a preflight anyway.
SITE_HEADER: Final = "precedent-site"


@dataclass
class Sites:
    """The sites by their keys, read from the database at most once a second."""

    sessions: sessionmaker[Session]
    _known: Mapping[str, Site] | None = None
    _read_at: float = 0.0

    async def get(self, key: str) -> Site:
        """Return a site, or raise NotFound."""
        found = (await self._now()).get(key)
        if found is None:
            raise NotFound(sites.UNKNOWN)
        return found

    async def allow(self, origin: str) -> bool:
        """Say whether the pages of an origin may call us."""
        return any(origin in site.origins for site in (await self._now()).values())

    async def claimed(self, key: str | None, origin: str | None) -> str | None:
        """Return the key of the site that a call says it comes from, if its origin is one of that site."""
        site = (await self._now()).get(key) if key else None
        return site.key if site and origin in site.origins else None

    async def _now(self) -> Mapping[str, Site]:
        if self._known is None or time.monotonic() - self._read_at >= FRESH_SECONDS:
            # Set before it is read: who asks meanwhile is answered with what was known until now.
            self._read_at = time.monotonic()
            self._known = await run_in_threadpool(self._read)
        return self._known or {}

    def _read(self) -> Mapping[str, Site] | None:
        """Return all sites; while the database does not answer, those that were known before."""
        try:
            with reading(self.sessions) as session:
                return {site.key: site for site in sites.sites(session)}
        except (SQLAlchemyError, Unavailable) as error:
            log.warning("sites are not read", reason=type(error).__name__)
            return self._known
