"""A mail as a value: made once, and the same bytes at every try."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, formataddr, parseaddr
from uuid import UUID

from core.clock import utcnow
from core.errors import Invalid
from core.web.i18n import gettext as _

#: One address: no blanks, no brackets, no list. What exactly a local part may be, servers decide.
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")
#: A header's name (RFC 5322 2.2), and what would end its value and begin another header.
_HEADER = re.compile(r"[!-9;-~]+")
_BREAKS = re.compile(r"[\r\n\x00]")
#: Below what a line may have (RFC 5322 2.1.1): folded at 78, the long address of a header like
#: List-Unsubscribe would be broken or encoded, and programs read those.
_LONGEST_LINE = 900
#: Not every server on the way passes bytes beyond ASCII.
_PLAIN = SMTP.clone(cte_type="7bit", max_line_length=_LONGEST_LINE)
_INTERNATIONAL = SMTPUTF8.clone(max_line_length=_LONGEST_LINE)
#: These are made from the fields.
_OWN = frozenset({"from", "to", "subject", "date", "message-id", "mime-version", "content-type"})


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    #: ``application/pdf``.
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """``id`` names it at every try, so that whoever gets it twice can tell. Raises Invalid."""

    id: UUID
    #: An address, with a name before it or without: ``Ada <ada@example.com>``.
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    #: Further ones, like ``Reply-To`` and ``In-Reply-To``.
    headers: Mapping[str, str] = field(default_factory=dict)
    made_at: datetime = field(default_factory=utcnow)

    def __post_init__(self) -> None:
        for address in (address_of(self.sender), *self.recipients):
            check_address(address)
        for name, value in self.headers.items():
            if not _HEADER.fullmatch(name) or name.lower() in _OWN or _BREAKS.search(value):
                raise Invalid(f"A mail can not have the header {name!r}: {value!r}")
        if not self.recipients:
            raise Invalid(_("The mail has no recipient."))

    @property
    def message_id(self) -> str:
        return f"<{self.id}@{ascii_domain(address_of(self.sender)).rpartition('@')[2]}>"


def address_of(person: str) -> str:
    """The address in ``Ada <ada@example.com>``; '' when there is none."""
    return parseaddr(person)[1] if not _BREAKS.search(person) else ""


def check_address(address: str) -> None:
    """Raise Invalid unless it is one mail address, safe to stand in a header and in a command."""
    if not _ADDRESS.fullmatch(address) or address.startswith("-"):
        raise Invalid(_("“%(address)s” is no mail address.", address=address))


def ascii_domain(address: str) -> str:
    """With the domain as DNS writes it: ``ada@xn--bcher-kva.example``."""
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}" if not domain.isascii() else address
    except UnicodeError as error:
        raise Invalid(_("“%(address)s” is no mail address.", address=address)) from error


def is_international(mail: Mail) -> bool:
    """It can only pass a server that knows SMTPUTF8: a local part is not ASCII."""
    addresses = (address_of(mail.sender), *mail.recipients)
    return not all(ascii_domain(address).isascii() for address in addresses)


def to_bytes(mail: Mail) -> bytes:
    """As it travels: CRLF, no bare dots are escaped yet."""
    message = EmailMessage(policy=_INTERNATIONAL if is_international(mail) else _PLAIN)
    name = parseaddr(mail.sender)[0]
    message["Subject"] = " ".join(_BREAKS.sub(" ", mail.subject).split())
    message["From"] = formataddr((name, ascii_domain(address_of(mail.sender))))
    message["To"] = ", ".join(map(ascii_domain, mail.recipients))
    message["Date"] = format_datetime(mail.made_at)
    message["Message-ID"] = mail.message_id
    for header, value in mail.headers.items():
        message[header] = value
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for one in mail.attachments:
        kind, _slash, subtype = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    return message.as_bytes()
