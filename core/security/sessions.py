"""Browsers people are signed in with: opened, seen, listed and ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from core.clock import utcnow
from core.ids import new_secret
from core.security.callers import IDLE, secret_hash
from core.security.models import BrowserSession
from core.work import UnitOfWork

#: However much it is used.
LIFETIME = timedelta(days=14)
#: Use is written down at most so often: not every page is a write.
SEEN_EVERY = timedelta(minutes=5)
#: Shown to their owner at most.
_LISTED = 100


def open_session(work: UnitOfWork, user_id: UUID, user_agent: str) -> str:
    """Answers the secret for the cookie; it is not kept here."""
    secret, now = new_secret(), utcnow()
    work.session.add(
        BrowserSession(
            secret_hash=secret_hash(secret),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + LIFETIME,
            csrf_secret=new_secret(),
            user_agent=user_agent[:200],
        )
    )
    work.session.flush()
    return secret


def see_session(work: UnitOfWork, session_id: UUID) -> None:
    work.session.execute(
        update(BrowserSession).where(BrowserSession.id == session_id).values(seen_at=utcnow())
    )


def own_sessions(work: UnitOfWork, user_id: UUID) -> list[BrowserSession]:
    """The user's live browsers, the last used first."""
    now = utcnow()
    statement = (
        select(BrowserSession)
        .where(BrowserSession.user_id == user_id, BrowserSession.expires_at > now)
        .where(BrowserSession.seen_at > now - IDLE)
        .order_by(BrowserSession.seen_at.desc(), BrowserSession.id)
        .limit(_LISTED)
    )
    return list(work.session.scalars(statement))


def end_session(work: UnitOfWork, user_id: UUID, session_id: UUID) -> None:
    """Only one's own; one that is gone is no error."""
    work.session.execute(
        delete(BrowserSession).where(
            BrowserSession.id == session_id, BrowserSession.user_id == user_id
        )
    )


def forget_secret(work: UnitOfWork, secret: str) -> None:
    """End whatever session a cookie stands for."""
    ended = BrowserSession.secret_hash == secret_hash(secret)
    work.session.execute(delete(BrowserSession).where(ended))


def end_sessions(work: UnitOfWork, user_id: UUID, *, but: UUID | None = None) -> None:
    """All of the user's, after a new password or when they leave."""
    statement = delete(BrowserSession).where(BrowserSession.user_id == user_id)
    if but is not None:
        statement = statement.where(BrowserSession.id != but)
    work.session.execute(statement)


def forget_dead_sessions(work: UnitOfWork) -> None:
    now = utcnow()
    dead = or_(BrowserSession.expires_at < now, BrowserSession.seen_at < now - IDLE)
    work.session.execute(delete(BrowserSession).where(dead))
