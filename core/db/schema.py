"""Every table of the host: importing this completes ``Base.metadata`` for migrations and guards."""

from __future__ import annotations

from core import companies, events, journal
from core.registry import models as registry
from core.security import models as security

TABLES = (companies, events, journal, registry, security)
