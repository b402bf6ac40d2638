"""The outbox of single mails: kept in the transaction that wants them, sent by a job behind it.

A mail is sent at most once by itself. Where a server or a worker was lost in the middle it stays
in doubt, and a person who sees it sends it again or does not.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from core.companies import fetch, home
from core.jobs.queue import enqueue
from core.mail.message import Attachment, Mail
from core.mail.models import FLOW, MailAttachment, MailState, PostedMail
from core.work import UnitOfWork

SEND = "core.mail.send"


def post(work: UnitOfWork, mail: Mail, *, key: str, company_id: UUID | None = None) -> UUID:
    """Have ``mail`` sent once this transaction is committed; answers under which id it is kept.

    ``key`` begins with the module's name and says what it is for; a mail with this key that was
    posted before is the same mail, and the new one is forgotten. ``company_id`` defaults to the
    actor's.
    """
    kept = work.session.scalar(select(PostedMail.id).where(PostedMail.key == key))
    if kept is not None:
        return kept
    _keep(work, mail, key=key, company_id=company_id or home(work))
    enqueue(work, SEND, {"mail": str(mail.id)})
    return mail.id


def send_again(work: UnitOfWork, mail_id: UUID) -> None:
    """What failed, or is in doubt, goes out once more. Raise NotFound or IllegalTransition."""
    kept = fetch(work, PostedMail, mail_id, lock=True)
    kept.state = FLOW.step(kept.state, MailState.WAITING)
    kept.attempts, kept.error = 0, ""
    enqueue(work, SEND, {"mail": str(mail_id)})


def load(work: UnitOfWork, kept: PostedMail) -> Mail:
    """As it was posted."""
    rows = work.session.scalars(
        select(MailAttachment).where(MailAttachment.mail_id == kept.id).order_by(MailAttachment.id)
    )
    return Mail(
        id=kept.id,
        sender=kept.sender,
        recipients=tuple(kept.recipients),
        subject=kept.subject,
        text=kept.text,
        html=kept.html,
        headers=kept.headers,
        made_at=kept.made_at,
        attachments=tuple(Attachment(row.name, row.media_type, row.content) for row in rows),
    )


def _keep(work: UnitOfWork, mail: Mail, *, key: str, company_id: UUID) -> None:
    kept = PostedMail(
        id=mail.id,
        company_id=company_id,
        key=key,
        sender=mail.sender,
        recipients=list(mail.recipients),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        headers=dict(mail.headers),
        made_at=mail.made_at,
    )
    work.session.add(kept)
    work.session.flush()
    for one in mail.attachments:
        row = MailAttachment(
            mail_id=mail.id, name=one.name, media_type=one.media_type, content=one.content
        )
        work.session.add(row)
