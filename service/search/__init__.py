"""Search: typed problems in, solutions out; and what people said of them."""

from service.search.api import router as api
from service.search.pages import router as pages

__all__ = ["api", "pages"]
