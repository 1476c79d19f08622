"""The audit: staff says of searches that were drawn by lot whether the first solution was right."""

from service.audit.command import audit

__all__ = ["audit"]
