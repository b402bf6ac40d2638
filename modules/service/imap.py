"""Reading a mailbox over IMAP4rev1 (RFC 3501): what is new, and nothing is changed there.

The folder is opened read-only: the mails stay, unread. What was seen is known by UIDVALIDITY and
UID, in our own database.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.masking import learn, masked
from modules.service.rules.mime import LARGEST_FILES_BYTES

_TIMEOUT_S = 30
#: As mails travel, base64 adds a third.
_LARGEST_BYTES = LARGEST_FILES_BYTES * 4 // 3 + 1_000_000
#: Of a larger one only so much is fetched: its headers and the beginning of its text.
_BEGINNING_BYTES = 300_000
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]+)"')
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class MailboxUnreadable(Exception):
    """The server can not be reached, or says no; the message holds its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    host: str
    port: int
    tls: bool
    user: str
    secret: str
    folder: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """``is_whole`` is False for one that is too large: only its beginning is here."""

    uid: int
    raw: bytes
    is_whole: bool
    #: At the server (INTERNALDATE), which is not what the mail's own Date says.
    arrived_at: datetime


class OpenFolder:
    def __init__(self, server: imaplib.IMAP4, uid_validity: int) -> None:
        self._server = server
        self.uid_validity = uid_validity

    def newer(self, uid: int) -> list[int]:
        """The UIDs above ``uid``, in order."""
        # "5:*" answers the last mail even where that is 3 (RFC 3501 6.4.8).
        return [one for one in self._search(f"UID {uid + 1}:*") if one > uid]

    def since(self, day: date) -> list[int]:
        """The UIDs of what arrived on ``day`` or later, in order."""
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def fetch(self, uid: int) -> Fetched | None:
        """None when it was deleted in the meantime."""
        about = self._answer("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
        said = b" ".join(line for line in about if isinstance(line, bytes))
        size, arrived = _SIZE.search(said), _ARRIVED.search(said)
        if size is None or arrived is None:
            return None
        is_whole = int(size[1]) <= _LARGEST_BYTES
        wanted = "(BODY.PEEK[])" if is_whole else f"(BODY.PEEK[]<0.{_BEGINNING_BYTES}>)"
        parts = self._answer("FETCH", str(uid), wanted)
        raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
        arrived_at = datetime.strptime(arrived[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z")
        return None if raw is None else Fetched(uid, raw, is_whole, arrived_at)

    def _search(self, criterion: str) -> list[int]:
        found = b" ".join(line for line in self._answer("SEARCH", None, criterion) if line)
        return sorted(int(word) for word in found.split())

    def _answer(self, command: str, *arguments: str | None) -> list[Any]:
        """Lines are bytes; one with a literal behind it is a pair of bytes."""
        kind, data = self._server.uid(command, *arguments)  # type: ignore[arg-type]  # None: no charset
        if kind != "OK":
            raise MailboxUnreadable(masked(f"{command}: {data!r}"[:500]))
        return [line for line in data if line is not None]


@contextmanager
def open_folder(account: Account) -> Iterator[OpenFolder]:
    """Raise MailboxUnreadable for whatever goes wrong, here and inside the block."""
    learn([account.secret])
    try:
        server = _connect(account)
        try:
            server.login(account.user, account.secret)
            yield OpenFolder(server, _select(server, account.folder))
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxUnreadable(masked(f"{account.host}: {error}"[:500])) from error


def _connect(account: Account) -> imaplib.IMAP4:
    if not account.tls:
        return imaplib.IMAP4(account.host, account.port, timeout=_TIMEOUT_S)
    context = ssl.create_default_context()
    return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=_TIMEOUT_S)


def _select(server: imaplib.IMAP4, folder: str) -> int:
    """Open it read-only; its UIDVALIDITY."""
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    kind, data = server.select(quoted, readonly=True)
    if kind != "OK":
        raise MailboxUnreadable(masked(f"The folder {folder} can not be opened: {data!r}"[:500]))
    _name, validity = server.response("UIDVALIDITY")
    if not validity or validity[0] is None:
        raise MailboxUnreadable("The server gives no UIDVALIDITY: mails can not be told apart.")
    return int(validity[0])
