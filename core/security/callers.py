"""Who is calling: one query from a secret to the actor, and to which modules are on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, or_, select, true
from sqlalchemy.orm import Session

from core.actor import EVERYTHING, Actor, ActorKind
from core.clock import utcnow
from core.companies import Company
from core.registry.models import Installation
from core.registry.registry import Registry
from core.registry.state import Enabled
from core.security.models import BrowserSession, CustomRole, Token, User, UserCompany, UserRole

#: A browser that was not used for so long has to sign in again.
IDLE = timedelta(hours=12)
#: What tokens begin with, so that scanners for leaked secrets know them.
TOKEN_MARK = "tdm_"  # noqa: S105 - not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The actor, and what the request needs to know of how they came in."""

    actor: Actor
    enabled: Enabled
    user_id: UUID
    language: str
    timezone: str
    #: Key of the session or token, and when it was last written down as used.
    credential_id: UUID
    used_at: datetime | None
    #: Only for browsers: forms carry it, signed.
    csrf_secret: str = ""


#: Of every caller; a user with two roles and three companies is six rows.
_COMMON = (
    User.id.label("user_id"),
    User.name,
    User.home_company_id,
    User.language,
    User.timezone,
    UserRole.role,
    CustomRole.permissions,
    UserCompany.company_id.label("visible"),
    Installation.generation,
    select(func.count()).select_from(Company).scalar_subquery().label("companies"),
)


def _joined(statement: Select[Any]) -> Select[Any]:
    return (
        statement.outerjoin(UserRole, UserRole.user_id == User.id)
        .outerjoin(CustomRole, CustomRole.name == UserRole.role)
        .outerjoin(UserCompany, UserCompany.user_id == User.id)
        .join(Installation, true())
        .where(User.active)
    )


_BY_SESSION = _joined(
    select(BrowserSession.id, BrowserSession.seen_at, BrowserSession.csrf_secret, *_COMMON).join(
        User, User.id == BrowserSession.user_id
    )
).where(
    BrowserSession.secret_hash == bindparam("hash"),
    BrowserSession.expires_at > bindparam("now"),
    BrowserSession.seen_at > bindparam("idle_since"),
)

_BY_TOKEN = _joined(
    select(
        Token.id,
        Token.name.label("token_name"),
        Token.used_at,
        Token.scopes,
        Token.company_id.label("narrowed"),
        *_COMMON,
    ).join(User, User.id == Token.user_id)
).where(
    Token.secret_hash == bindparam("hash"),
    Token.revoked_at.is_(None),
    or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")),
)


def secret_hash(secret: str) -> str:
    """Enough for 256 random bits: nothing to guess, so nothing to slow down."""
    return sha256(secret.encode()).hexdigest()


def by_session(session: Session, registry: Registry, secret: str) -> Caller | None:
    now = utcnow()
    values = {"hash": secret_hash(secret), "now": now, "idle_since": now - IDLE}
    rows = session.connection().execute(_BY_SESSION, values).all()
    if not rows:
        return None
    enabled = registry.enabled(session, rows[0].generation)
    return Caller(
        actor=_user(rows, enabled),
        used_at=rows[0].seen_at,
        csrf_secret=rows[0].csrf_secret,
        **_shared(rows[0], enabled),
    )


def by_token(session: Session, registry: Registry, secret: str) -> Caller | None:
    values = {"hash": secret_hash(secret), "now": utcnow()}
    rows = session.connection().execute(_BY_TOKEN, values).all()
    if not rows:
        return None
    enabled = registry.enabled(session, rows[0].generation)
    actor = _narrowed(_user(rows, enabled), rows[0], enabled)
    return Caller(actor=actor, used_at=rows[0].used_at, **_shared(rows[0], enabled))


def user_actor(session: Session, enabled: Enabled, user_id: UUID) -> Actor:
    """The user as an actor outside any request: for commands and for checking what they may."""
    rows = session.execute(
        _joined(select(*_COMMON).select_from(User)).where(User.id == user_id)
    ).all()
    return _user(rows, enabled)


def _shared(row: Row[Any], enabled: Enabled) -> dict[str, Any]:
    return {
        "enabled": enabled,
        "user_id": row.user_id,
        "language": row.language,
        "timezone": row.timezone,
        "credential_id": row.id,
    }


def _user(rows: Sequence[Row[Any]], enabled: Enabled) -> Actor:
    first = rows[0]
    permissions = frozenset[str]().union(
        *(enabled.roles.get(row.role, ()) for row in rows), *(row.permissions or () for row in rows)
    )
    seen = frozenset(row.visible for row in rows if row.visible)
    companies = None if EVERYTHING in permissions else seen
    return Actor(
        kind=ActorKind.USER,
        name=first.name,
        id=first.user_id,
        permissions=permissions,
        withheld=_withheld(companies, first, enabled),
        companies=companies,
        company=first.home_company_id,
    )


def _withheld(companies: frozenset[UUID] | None, row: Row[Any], enabled: Enabled) -> frozenset[str]:
    """Of who sees every company there is nothing, whether they were named one by one or not."""
    some = companies is not None and len(companies) < row.companies
    return enabled.whole_permissions if some else frozenset()


def _narrowed(user: Actor, token: Row[Any], enabled: Enabled) -> Actor:
    """A token never does more than its user may at this moment, nor more than its scopes."""
    companies, company = user.companies, user.company
    if token.narrowed is not None:
        allowed = companies is None or token.narrowed in companies
        companies = frozenset({token.narrowed}) if allowed else frozenset()
        company = token.narrowed if allowed else None
    return Actor(
        kind=ActorKind.TOKEN,
        name=f"{user.name} ({token.token_name})",
        id=user.id,
        permissions=_both(user.permissions, frozenset(token.scopes)),
        withheld=_withheld(companies, token, enabled),
        companies=companies,
        company=company,
    )


def _both(held: frozenset[str], scopes: frozenset[str]) -> frozenset[str]:
    if EVERYTHING in scopes:
        return held
    return scopes if EVERYTHING in held else held & scopes
