"""Fetching what is new in the mailboxes: no transaction is open while a server is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.config import Settings
from core.errors import CrmError
from core.installation.standing import standing
from core.jobs.job import JobContext
from core.jobs.queue import enqueue
from core.security.vault import open_vault
from core.sync.egress import target_of
from core.sync.errors import SyncError
from modules.service.imap import Account, Fetched, MailboxUnreadable, OpenFolder, open_folder
from modules.service.models import Mailbox
from modules.service.rules.mime import read_letter
from modules.service.services.arrivals import Place, take_mail
from modules.service.services.mailboxes import note_poll, to_poll

POLL_MAILBOX = "service.poll_mailbox"
#: Mails of one poll; the rest comes with the next one, and others have their turn in between.
_MOST = 200


def poll(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Have every mailbox read, each by a job of its own: one that hangs holds up itself only."""
    with context.write() as work:
        if standing(work).may_be_copy:
            return  # the tickets belong to the installation this is a copy of
        for mailbox_id in to_poll(work):
            args = {"mailbox": str(mailbox_id)}
            enqueue(work, POLL_MAILBOX, args, key=str(mailbox_id), partition=f"mail:{mailbox_id}")


@dataclass(frozen=True, slots=True)
class _Book:
    """How far a mailbox was read, and from which day on it counts."""

    account: Account
    uid_validity: int | None
    last_uid: int
    #: What arrived earlier is not ours to answer: the mailbox was read by people then.
    since: datetime


def poll_mailbox(context: JobContext, args: Mapping[str, Any]) -> None:
    mailbox_id = UUID(args["mailbox"])
    try:
        book = _read_book(context, mailbox_id)
        if book is None:
            return
        _check_allowed(context.host.settings, book.account)
        with open_folder(book.account) as folder:
            _take_new(context, mailbox_id, folder, book)
    except (MailboxUnreadable, SyncError, CrmError) as error:
        with context.write() as work:
            note_poll(work, mailbox_id, str(error))
    else:
        with context.write() as work:
            note_poll(work, mailbox_id, "")


def _read_book(context: JobContext, mailbox_id: UUID) -> _Book | None:
    with context.read() as work:
        mailbox = work.session.get(Mailbox, mailbox_id)
        if mailbox is None or not mailbox.active:
            return None
        secret = open_vault(context.host.settings.data_dir).open(mailbox.sealed)
        account = Account(
            host=mailbox.host,
            port=mailbox.port,
            tls=mailbox.tls,
            user=mailbox.user,
            secret=secret,
            folder=mailbox.folder,
        )
        # The server's clock may be a little behind ours.
        since = mailbox.created_at - timedelta(hours=1)
        return _Book(account, mailbox.uid_validity, mailbox.last_uid, since)


def _check_allowed(settings: Settings, account: Account) -> None:
    """The operator's list of hosts holds for mail servers that people enter, too."""
    target_of(f"https://{account.host}:{account.port}", settings.egress)


def _take_new(context: JobContext, mailbox_id: UUID, folder: OpenFolder, book: _Book) -> None:
    """In order, each in a transaction of its own."""
    if folder.uid_validity == book.uid_validity:
        new = folder.newer(book.last_uid)
    else:
        # The first time, or the server numbered anew (RFC 3501 2.3.1.1): what was taken before is
        # known by its Message-ID. The server's days are those of its own zone.
        new = folder.since(book.since.date() - timedelta(days=1))
        before = new[0] - 1 if new else max(folder.newer(0), default=0)
        _seen(context, mailbox_id, Place(folder.uid_validity, before))
    for uid in new[:_MOST]:
        if context.stopping:
            return
        fetched = folder.fetch(uid)
        if fetched is None or fetched.arrived_at < book.since:
            _seen(context, mailbox_id, Place(folder.uid_validity, uid))
        else:
            _take(context, mailbox_id, folder.uid_validity, fetched)


def _seen(context: JobContext, mailbox_id: UUID, place: Place) -> None:
    with context.write() as work:
        mailbox = work.session.get_one(Mailbox, mailbox_id, with_for_update=True)
        mailbox.uid_validity, mailbox.last_uid = place.uid_validity, place.uid


def _take(context: JobContext, mailbox_id: UUID, uid_validity: int, fetched: Fetched) -> None:
    letter = read_letter(fetched.raw, is_whole=fetched.is_whole)
    with context.write() as work:
        mailbox = work.session.get_one(Mailbox, mailbox_id, with_for_update=True)
        take_mail(work, mailbox, Place(uid_validity, fetched.uid), letter)
