"""Every table of the host: importing this completes ``Base.metadata`` for migrations and guards."""

from __future__ import annotations

from core import companies, events, journal, numbers, search
from core.alerts import models as alerts
from core.api import idempotency
from core.jobs import models as jobs
from core.mail import models as mail
from core.registry import models as registry
from core.security import models as security
from core.sync import models as sync
from core.sync.reconcile import models as reconcile

TABLES = (
    alerts,
    companies,
    events,
    idempotency,
    jobs,
    journal,
    mail,
    numbers,
    search,
    registry,
    security,
    sync,
    reconcile,
)
