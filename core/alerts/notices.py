"""Messages about an alert: one per medium and occasion, each sent by a job of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from core.alerts.media import deliver, wanted_media
from core.alerts.models import Alert, Cause, Notice, Occasion
from core.alerts.rules import rules
from core.clock import utcnow
from core.errors import CrmError
from core.ids import new_id
from core.installation.standing import standing
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.masking import masked
from core.web.i18n import gettext as _
from core.work import UnitOfWork

SEND = "core.alerts.send"


def tell(work: UnitOfWork, alert_id: UUID, occasion: Occasion) -> None:
    """Have everybody told who is to be told, once this transaction is committed."""
    for medium in wanted_media(rules(work)):
        notice = Notice(id=new_id(), alert_id=alert_id, occasion=occasion, medium=medium)
        work.session.add(notice)
        work.session.flush()
        enqueue(work, SEND, {"notice": str(notice.id)})


def send(context: JobContext, args: Mapping[str, Any]) -> None:
    """Deliver one notice. A failure is kept with it, and the job is tried again.

    A copy has the original's recipients, and what was to be sent when it was made: it tells nobody.
    What may be one tells them that, since only they can say what it is.
    """
    notice_id = UUID(args["notice"])
    with context.read() as work:
        notice = work.session.get(Notice, notice_id)
        if notice is None or notice.sent_at is not None:
            return
        alert, found = work.session.get_one(Alert, notice.alert_id), rules(work)
        now = standing(work)
    if not now.pushes or (now.held and alert.cause is not Cause.HELD):
        _keep(context, notice_id, error=_("Not sent: this is a copy, or held since it may be one."))
        return
    try:
        deliver(context.host.settings, found, notice=notice, alert=alert)
    except (CrmError, OSError) as error:
        _keep(context, notice_id, error=masked(str(error)))
        raise
    _keep(context, notice_id, sent_at=utcnow())


def _keep(
    context: JobContext, notice_id: UUID, *, error: str = "", sent_at: datetime | None = None
) -> None:
    with context.write() as work:
        kept = work.session.get_one(Notice, notice_id)
        kept.sent_at, kept.error = sent_at, error


job = Job(name=SEND, run=send)
