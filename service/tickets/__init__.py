"""Tickets: reports that are followed by their number."""

from service.tickets.api import router as api
from service.tickets.form import panel as form_panel
from service.tickets.pages import router as pages

__all__ = ["api", "form_panel", "pages"]
