"""Sending what waits in the outbox: claim, call, settle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.clock import utcnow
from core.errors import Invalid
from core.installation.standing import standing
from core.jobs.job import Job, JobContext
from core.mail.errors import InDoubt, Rejected, Unsent
from core.mail.message import Mail
from core.mail.models import FLOW, MailState, PostedMail
from core.mail.outbox import SEND, load
from core.mail.transport import Mailer, Receipt
from core.retention import delete_rows
from core.web.i18n import gettext as _

#: With an hour between them, a server may be away for two days.
_MOST_ATTEMPTS = 60
_LONGEST_WAIT_S = 3600.0


def send(context: JobContext, args: Mapping[str, Any]) -> None:
    """One mail. "Not now" is raised again, so that the job is tried later."""
    mail_id = UUID(args["mail"])
    mail = _claim(context, mail_id)
    if mail is None:
        return
    try:
        with Mailer(context.host.settings) as mailer:
            receipt = mailer.send(mail)
    except InDoubt as error:
        _settle(context, mail_id, MailState.IN_DOUBT, str(error))
    except (Rejected, Invalid) as error:
        _settle(context, mail_id, MailState.FAILED, str(error))
    except Unsent as error:
        if _settle(context, mail_id, MailState.WAITING, str(error)) is MailState.WAITING:
            raise
    else:
        _settle(context, mail_id, MailState.SENT, _refused(receipt))


def _claim(context: JobContext, mail_id: UUID) -> Mail | None:
    """The mail, marked as in hand; None when there is nothing to send.

    One that is marked already was in the hand of a worker that died, or was lost: it may be out.
    """
    with context.write() as work:
        kept = work.session.get(PostedMail, mail_id, with_for_update=True)
        if kept is None or kept.state not in {MailState.WAITING, MailState.SENDING}:
            return None
        if kept.state is MailState.SENDING:
            kept.state = FLOW.step(kept.state, MailState.IN_DOUBT)
            kept.error = _("The worker that sent it died: it may have gone out.")
            return None
        kept.state = FLOW.step(kept.state, MailState.SENDING)
        if standing(work).may_be_copy:
            kept.state = FLOW.step(kept.state, MailState.FAILED)
            kept.error = _("Not sent: this is a copy, or held since it may be one.")
            return None
        kept.attempts += 1
        return load(work, kept)


def _settle(context: JobContext, mail_id: UUID, state: MailState, words: str) -> MailState:
    with context.write() as work:
        kept = work.session.get_one(PostedMail, mail_id, with_for_update=True)
        if state is MailState.WAITING and kept.attempts >= _MOST_ATTEMPTS:
            state = MailState.FAILED
        kept.state = FLOW.step(kept.state, state)
        kept.error = words
        if state is MailState.SENT:
            kept.sent_at = utcnow()
    return state


def _refused(receipt: Receipt) -> str:
    return "; ".join(f"{address}: {why}" for address, why in receipt.refused.items())


def forget(context: JobContext, _args: Mapping[str, Any]) -> None:
    """What was sent is forgotten with the events of its time; what nobody got stays."""
    old = utcnow() - timedelta(days=context.host.settings.keep_events_days)
    delete_rows(context, PostedMail, (PostedMail.state == MailState.SENT, PostedMail.made_at < old))


JOBS = (
    Job(name=SEND, run=send, max_attempts=_MOST_ATTEMPTS + 1, longest_wait_s=_LONGEST_WAIT_S),
    Job(name="core.mail.forget", run=forget, cron="41 3 * * *"),
)
