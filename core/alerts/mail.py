"""Mail by the operator's own server, as the setting ``smtp_url`` names it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from uuid import UUID

from core.config import Settings
from core.errors import Invalid, RuleBroken
from core.masking import learn, masked

#: Of connecting and of every answer.
_TIMEOUT_S = 20
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mail:
    id: UUID
    subject: str
    text: str


class MailRefused(RuleBroken):
    """The mail server did not take it; the message holds its words."""

    code = "alerts.mail_refused"


def send_mail(settings: Settings, mail: Mail, recipients: Sequence[str]) -> None:
    """Raise Invalid when ``smtp_url`` can not be used, MailRefused when the server says no."""
    address = _address(settings.smtp_url)
    try:
        with _server(address) as server:
            if "starttls" in parse_qs(address.query, keep_blank_values=True):
                server.starttls(context=ssl.create_default_context())
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(_message(settings, mail, recipients), to_addrs=list(recipients))
    except (smtplib.SMTPException, OSError) as error:
        text = f"{address.hostname} did not take the mail: {error}"
        raise MailRefused(masked(text)) from error


def _address(smtp_url: str) -> SplitResult:
    try:
        address = urlsplit(smtp_url)
        usable = address.scheme in _PORTS and address.hostname and address.port != 0
    except ValueError:  # a port that is none, or half an IPv6 address
        usable = False
    if not usable:
        raise Invalid(
            "The setting smtp_url names no mail server: smtp://user:pass@host:587?starttls"
        )
    learn([unquote(address.password or "")])
    return address


def _server(address: SplitResult) -> smtplib.SMTP:
    host, port = address.hostname or "", address.port or _PORTS[address.scheme]
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
    return smtplib.SMTP(host, port, timeout=_TIMEOUT_S)


def _message(settings: Settings, mail: Mail, recipients: Sequence[str]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(mail.subject.split())
    message["From"] = settings.mail_from
    message["To"] = ", ".join(recipients)
    message["Date"] = formatdate()
    # The same at every try, so that a repeated one is recognised.
    message["Message-ID"] = f"<{mail.id}@tandem>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
