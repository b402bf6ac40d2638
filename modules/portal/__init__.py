"""Customers see what is theirs, with a login of their own."""

from core.registry.manifest import Module
from core.web.i18n import lazy as _

module = Module(
    name="portal",
    title=_("Customer portal"),
    summary=_("Customers see what is theirs, with a login of their own."),
)
