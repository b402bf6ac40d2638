"""Messages about an alert: one per medium and occasion, each sent by a job of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.alerts.media import deliver, wanted_media
from core.alerts.models import Alert, Notice, Occasion
from core.alerts.rules import rules
from core.clock import utcnow
from core.errors import CrmError
from core.ids import new_id
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.masking import masked
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
    """Deliver one notice. A failure is kept with it, and the job is tried again."""
    notice_id = UUID(args["notice"])
    with context.read() as work:
        notice = work.session.get(Notice, notice_id)
        if notice is None or notice.sent_at is not None:
            return
        alert, found = work.session.get_one(Alert, notice.alert_id), rules(work)
    try:
        deliver(context.host.settings, found, notice=notice, alert=alert)
    except (CrmError, OSError) as error:
        with context.write() as work:
            work.session.get_one(Notice, notice_id).error = masked(str(error))
        raise
    with context.write() as work:
        kept = work.session.get_one(Notice, notice_id)
        kept.sent_at, kept.error = utcnow(), ""


job = Job(name=SEND, run=send)
