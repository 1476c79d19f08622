"""The widget: one script that a support site embeds."""

from service.widget.routes import router

__all__ = ["router"]
