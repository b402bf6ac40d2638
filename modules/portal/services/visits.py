"""Visits: a customer signs in, is recognised, and goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select

from core.actor import system
from core.clock import utcnow
from core.host import Host
from core.ids import new_secret
from core.portal import Customer
from core.security.accounts import folded
from core.security.callers import secret_hash
from core.security.passwords import NOBODY, is_right
from core.security.signin import WrongPassword
from core.security.throttle import admit, counted, forgive
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.portal.models import Account, Visit

LIFETIME = timedelta(days=7)
_WHO = system("customer portal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    email: str
    password: str
    address: str


def sign_in(host: Host, attempt: Attempt) -> str:
    """The secret for the browser's cookie. Raise WrongPassword or TooMany.

    Opens its own units of work, as signing in of our own people does: the count of tries stays
    when the try fails, and the slow comparison holds nobody up.
    """
    email = folded(attempt.email)
    counters = counted(f"portal:{email}", attempt.address)
    with host.write(_WHO) as work:
        admit(work, counters)
    with host.read(_WHO) as work:
        kept = work.session.scalar(_open_accounts(email)) or NOBODY
    right = is_right(attempt.password, kept)
    with host.write(_WHO) as work:
        statement = select(Account).where(
            Account.email == email, Account.password_hash == kept, Account.closed.is_(False)
        )
        account = work.session.scalar(statement) if right else None
        if account is not None:
            forgive(work, counters)
            return open_visit(work, account)
    raise WrongPassword(_("The e-mail address or the password is wrong."))


def _open_accounts(email: str) -> Select[str]:
    return select(Account.password_hash).where(
        Account.email == email, Account.closed.is_(False), Account.password_hash != ""
    )


def open_visit(work: UnitOfWork, account: Account) -> str:
    """Answers the secret for the cookie; it is not kept here."""
    secret, now = new_secret(), utcnow()
    account.seen_at = now
    work.session.add(
        Visit(account_id=account.id, secret_hash=secret_hash(secret), expires_at=now + LIFETIME)
    )
    work.session.flush()
    return secret


def visitor(work: UnitOfWork, secret: str) -> Customer | None:
    """Who the cookie stands for; None for nobody, any more."""
    row = work.session.execute(
        select(Account.id, Account.party_id, Account.company_id, Account.name, Account.email)
        .join(Visit, Visit.account_id == Account.id)
        .where(
            Visit.secret_hash == secret_hash(secret),
            Visit.expires_at > utcnow(),
            Account.closed.is_(False),
        )
    ).first()
    if row is None:
        return None
    return Customer(
        account_id=row.id,
        party_id=row.party_id,
        company_id=row.company_id,
        name=row.name,
        email=row.email,
    )


def end_visit(work: UnitOfWork, secret: str) -> None:
    work.session.execute(delete(Visit).where(Visit.secret_hash == secret_hash(secret)))


def end_visits(work: UnitOfWork, account_id: UUID) -> None:
    work.session.execute(delete(Visit).where(Visit.account_id == account_id))


def forget_old_visits(work: UnitOfWork) -> None:
    work.session.execute(delete(Visit).where(Visit.expires_at < utcnow()))
