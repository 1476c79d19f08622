"""Search: typed problems in, solutions out; and what people said of them."""

from fastapi import APIRouter

from service.search import pages as searching
from service.search import reading
from service.search.api import router as api

pages = APIRouter()
pages.include_router(searching.router)
pages.include_router(reading.router)

__all__ = ["api", "pages"]
