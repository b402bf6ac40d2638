"""Mail accounts: kept with their secret sealed, and how far each was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.companies import fetch, home
from core.security.vault import Vault
from core.versions import check_version
from core.work import UnitOfWork
from modules.service.models import Mailbox

#: What people enter, but for the secret.
FIELDS = (
    "name",
    "address",
    "host",
    "port",
    "tls",
    "user",
    "folder",
    "queue_id",
    "acknowledge",
    "active",
)


def add_mailbox(
    work: UnitOfWork, values: Mapping[str, Any], *, secret: str, vault: Vault
) -> Mailbox:
    given = {name: values[name] for name in FIELDS if name in values}
    given["address"] = given["address"].strip().casefold()
    mailbox = Mailbox(company_id=home(work), sealed=vault.seal(secret), **given)
    work.session.add(mailbox)
    work.session.flush()
    return mailbox


def change_mailbox(
    work: UnitOfWork,
    mailbox_id: UUID,
    values: Mapping[str, Any],
    *,
    secret: str,
    vault: Vault,
    version: int | None = None,
) -> Mailbox:
    """An empty ``secret`` leaves the one that is there. Another account is read from its start."""
    mailbox = fetch(work, Mailbox, mailbox_id, lock=True)
    check_version(mailbox, version)
    before = _account(mailbox)
    for name in FIELDS:
        if name in values:
            setattr(mailbox, name, values[name])
    mailbox.address = mailbox.address.strip().casefold()
    if secret:
        mailbox.sealed = vault.seal(secret)
    if _account(mailbox) != before:
        mailbox.uid_validity, mailbox.last_uid = None, 0
        mailbox.created_at = utcnow()
    mailbox.error = ""
    work.session.flush()
    return mailbox


def _account(mailbox: Mailbox) -> tuple[str, int, str, str]:
    return mailbox.host, mailbox.port, mailbox.user, mailbox.folder


def to_poll(work: UnitOfWork) -> list[UUID]:
    active = select(Mailbox.id).where(Mailbox.active).order_by(Mailbox.id).limit(200)
    return list(work.session.scalars(active))


def note_poll(work: UnitOfWork, mailbox_id: UUID, error: str) -> None:
    mailbox = work.session.get_one(Mailbox, mailbox_id, with_for_update=True)
    mailbox.polled_at, mailbox.error = utcnow(), error
