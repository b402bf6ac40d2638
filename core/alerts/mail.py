"""Alerts by mail, to whom the rules name."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.config import Settings
from core.mail.message import Mail
from core.mail.transport import Mailer

#: So that no absence note answers it (RFC 3834).
_HEADERS = {"Auto-Submitted": "auto-generated"}


def send_mail(
    settings: Settings, mail_id: UUID, *, to: Sequence[str], subject: str, text: str
) -> None:
    """Raise Invalid when ``smtp_url`` can not be used, a MailError when the server says no."""
    mail = Mail(
        id=mail_id,
        sender=settings.mail_from,
        recipients=tuple(to),
        subject=subject,
        text=text,
        headers=_HEADERS,
    )
    with Mailer(settings) as mailer:
        mailer.send(mail)
