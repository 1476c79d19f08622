"""Browse: all solutions by product and kind, and the lists of addresses for search engines."""

from fastapi import APIRouter

from service.browse import pages as lists
from service.browse import sitemap

pages = APIRouter()
pages.include_router(lists.router)
pages.include_router(sitemap.router)

__all__ = ["pages"]
