"""Product names as an editor looks at them: which nobody uses, and which we do not know."""

from service.names.command import names

__all__ = ["names"]
