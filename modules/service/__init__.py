"""Tickets, service levels and the knowledge base."""

from core.registry.manifest import Module
from core.web.i18n import lazy as _

module = Module(
    name="service",
    title=_("Service"),
    summary=_("What customers ask, and when it is answered: tickets and service levels."),
)
