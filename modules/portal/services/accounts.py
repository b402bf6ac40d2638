"""Accounts: invited by us, accepted by the customer, closed by us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.companies import fetch, visible
from core.errors import Invalid, NotFound, RuleBroken
from core.ids import new_id, new_secret
from core.mail import Mail, post
from core.mail.message import check_address
from core.security.accounts import folded
from core.security.callers import secret_hash
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.models import Party
from modules.contacts.services.following import follow, go_back
from modules.portal.models import Account
from modules.portal.services.visits import end_visits

#: After that the link is dead, and a new one has to be asked for.
INVITED_FOR = timedelta(days=7)
_COLUMNS = (Account.party_id,)
#: Shown of one party.
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Whom mails come from, and where the portal is reached: ``https://crm.example.com``."""

    sender: str
    base: str


def accounts_of(work: UnitOfWork, party_id: UUID) -> Sequence[Account]:
    statement = select(Account).where(Account.party_id == party_id).order_by(Account.email)
    return work.session.scalars(visible(work, statement).limit(_SHOWN)).all()


def invite(
    work: UnitOfWork, party_id: UUID, *, email: str, name: str, letterhead: Letterhead
) -> Account:
    """A new account and the mail that opens it. Raise Invalid, naming the field."""
    party = fetch(work, Party, party_id)
    wanted = folded(email)
    _check(work, wanted, name)
    account = Account(
        company_id=party.company_id, party_id=party.id, email=wanted, name=name.strip()
    )
    work.session.add(account)
    work.session.flush()
    send_link(work, account, letterhead)
    return account


def _check(work: UnitOfWork, email: str, name: str) -> None:
    wrong = {} if name.strip() else {"name": _("Fill this in.")}
    try:
        check_address(email)
    except Invalid:
        wrong["email"] = _("This is no e-mail address.")
    if work.session.scalar(select(Account.id).where(Account.email == email)):
        wrong["email"] = _("This address has an account already.")
    if wrong:
        raise Invalid(_("Please look at the marked fields."), fields=wrong)


def send_link(work: UnitOfWork, account: Account, letterhead: Letterhead) -> None:
    """A new link, by mail; the one before is dead. Raise RuleBroken for a closed account."""
    if account.closed:
        raise RuleBroken(_("This account is closed. Open it again first."))
    secret = new_secret()
    account.invitation_hash = secret_hash(secret)
    account.invitation_ends = utcnow() + INVITED_FOR
    link = f"{letterhead.base.rstrip('/')}/portal/invitation/{secret}"
    mail = _letter(account, letterhead, link)
    post(work, mail, key=f"portal.link:{mail.id}", company_id=account.company_id)


def _letter(account: Account, letterhead: Letterhead, link: str) -> Mail:
    first = account.accepted_at is None
    subject = _("Your customer portal is open") if first else _("A new password for the portal")
    why = (
        _("Your orders, invoices and questions are in one place from now on.")
        if first
        else _("You asked for a new password. If you did not, there is nothing to do.")
    )
    days = INVITED_FOR.days
    how = _("Choose your password here, within %(days)s days:", days=days)
    greeting = _("Hello %(name)s,", name=account.name)
    return Mail(
        id=new_id(),
        sender=letterhead.sender,
        recipients=(account.email,),
        subject=subject,
        text=f"{greeting}\n\n{why}\n{how}\n\n{link}\n",
        headers={"Auto-Submitted": "auto-generated"},
    )


def invited(work: UnitOfWork, secret: str) -> Account:
    """Raise NotFound for a link that opens nothing, or nothing any more."""
    found = work.session.scalar(
        select(Account).where(
            Account.invitation_hash == secret_hash(secret),
            Account.invitation_ends > utcnow(),
            Account.closed.is_(False),
        )
    )
    if found is None:
        raise NotFound(_("This link was used before, or it is too old. Ask for a new one."))
    return found


def accept(work: UnitOfWork, secret: str, password_hash: str) -> Account:
    """The password is the customer's own from now on; other browsers are signed out."""
    account = invited(work, secret)
    account.password_hash = password_hash
    account.invitation_hash = account.invitation_ends = None
    account.accepted_at = account.accepted_at or utcnow()
    end_visits(work, account.id)
    return account


def ask_again(work: UnitOfWork, email: str, letterhead: Letterhead) -> None:
    """A new link for who has an account; for anybody else nothing, and nobody is told."""
    account = work.session.scalar(
        select(Account).where(Account.email == folded(email), Account.closed.is_(False))
    )
    if account is not None:
        send_link(work, account, letterhead)


def close(work: UnitOfWork, account_id: UUID) -> Account:
    """They are out at once; everything they did stays."""
    account = fetch(work, Account, account_id, lock=True)
    account.closed = True
    account.invitation_hash = account.invitation_ends = None
    end_visits(work, account.id)
    return account


def reopen(work: UnitOfWork, account_id: UUID) -> Account:
    account = fetch(work, Account, account_id, lock=True)
    account.closed = False
    return account


def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
    follow(work, event, _COLUMNS)


def go_apart(event: PartyUnmerged, work: UnitOfWork) -> None:
    go_back(work, event, _COLUMNS)
