"""Who is worth most, who may leave, and what would fit whom."""

from core.registry.manifest import Module
from core.web.i18n import lazy as _

module = Module(
    name="analytics",
    title=_("Analytics"),
    summary=_("Who is worth most, who may leave, and what would fit whom."),
)
