"""Outgoing mail: one value, one way to the operator's server, and an outbox that loses nothing.

A module that has one mail to send calls ``post`` in its transaction. Whoever sends thousands opens
a ``Mailer`` and keeps its own books: see ``core/mail/transport.py`` for what can go wrong.
"""

from __future__ import annotations

from core.mail.errors import InDoubt, MailError, Rejected, Unsent
from core.mail.message import Attachment, Mail
from core.mail.outbox import post
from core.mail.transport import Mailer, Receipt

__all__ = [
    "Attachment",
    "InDoubt",
    "Mail",
    "MailError",
    "Mailer",
    "Receipt",
    "Rejected",
    "Unsent",
    "post",
]
