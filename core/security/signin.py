"""Signing in: counted, then checked outside any transaction, then written down."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from core.actor import system
from core.errors import Invalid
from core.host import Host
from core.security.accounts import folded
from core.security.models import User
from core.security.passwords import NOBODY, hashed, is_outdated, is_right
from core.security.sessions import open_session
from core.security.throttle import Counted, admit, counted, forgive
from core.web.i18n import gettext as _
from core.web.i18n import lazy

_WHO = system("sign-in")
_WRONG = lazy("The e-mail address or the password is wrong.")


class WrongPassword(Invalid):
    """E-mail and password do not belong together; which of them is wrong is not told."""

    code = "security.wrong_password"
    http_status = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try; ``address`` and ``user_agent`` as the browser came."""

    email: str
    password: str
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class _Known:
    id: UUID | None
    password_hash: str


def sign_in(host: Host, attempt: Attempt) -> str:
    """The secret for the browser's cookie. Raise WrongPassword or TooMany.

    Opens its own units of work: the count of tries has to stay when the try fails, and the slow
    comparison holds nobody up.
    """
    email = folded(attempt.email)
    counters = counted(email, attempt.address)
    with host.write(_WHO) as work:
        admit(work, counters)
    known = _known(host, email)
    right = is_right(attempt.password, known.password_hash)
    if not right or known.id is None:
        raise WrongPassword(_(_WRONG))
    return _let_in(host, attempt, known, counters)


def _known(host: Host, email: str) -> _Known:
    with host.read(_WHO) as work:
        statement = select(User.id, User.password_hash).where(User.email == email, User.active)
        row = work.session.execute(statement).first()
    return _Known(row.id, row.password_hash) if row else _Known(None, NOBODY)


def _let_in(host: Host, attempt: Attempt, known: _Known, counters: tuple[Counted, Counted]) -> str:
    fresh = hashed(attempt.password) if is_outdated(known.password_hash) else None
    with host.write(_WHO) as work:
        user = work.session.get(User, known.id, with_for_update=True)
        # While we compared, the account may have been closed or have got another password.
        if user is None or not user.active or user.password_hash != known.password_hash:
            raise WrongPassword(_(_WRONG))
        user.password_hash = fresh or user.password_hash
        forgive(work, counters)
        return open_session(work, user.id, attempt.user_agent)
