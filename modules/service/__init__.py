"""Tickets, service levels and the knowledge base."""

from core.registry.manifest import Module, Permission, Role
from core.web.i18n import lazy as _
from modules.service import models
from modules.service.jobs import JOBS

__all__ = ["models", "module"]

module = Module(
    name="service",
    title=_("Service"),
    summary=_("What customers ask, and when it is answered: tickets and service levels."),
    requires=("contacts",),
    permissions=(
        Permission(name="service.read", title=_("See tickets and articles")),
        Permission(name="service.write", title=_("Answer and change tickets, write articles")),
        Permission(name="service.manage", title=_("Set up queues, mailboxes and service levels")),
    ),
    roles=(
        Role(name="Service agent", permissions=("service.read", "service.write")),
        Role(name="Salesperson", permissions=("service.read",)),
        Role(name="Read only", permissions=("service.read",)),
    ),
    jobs=JOBS,
    migrations="migrations",
)
