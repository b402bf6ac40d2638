"""Points, tiers and vouchers, kept like money."""

from core.registry.manifest import Module
from core.web.i18n import lazy as _

module = Module(
    name="loyalty",
    title=_("Loyalty"),
    summary=_("Points, tiers and vouchers, kept like money."),
)
