"""Consents, segments, campaigns and journeys."""

from core.registry.manifest import Module
from core.web.i18n import lazy as _
from modules.marketing.jobs import JOBS

module = Module(
    name="marketing",
    title=_("Marketing"),
    summary=_("Consents, segments, campaigns and journeys."),
    requires=("contacts",),
    jobs=JOBS,
    migrations="migrations",
)
