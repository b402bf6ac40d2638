"""API tokens: a program's way in, on behalf of the user who made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from core.actor import EVERYTHING
from core.clock import utcnow
from core.errors import Invalid, NotFound
from core.ids import new_secret
from core.security.callers import TOKEN_MARK, secret_hash
from core.security.models import Token, User
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Use is written down at most so often.
USED_EVERY = timedelta(minutes=1)
_SHOWN = len(TOKEN_MARK) + 4
#: Shown on one page at most.
_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWish:
    """``scopes`` are names of permissions, or ``*`` for all the user has."""

    name: str
    scopes: frozenset[str]
    company_id: UUID | None = None
    expires_at: datetime | None = None


def create_token(work: UnitOfWork, user_id: UUID, wish: TokenWish) -> tuple[Token, str]:
    """The token and its secret, which is shown once and not kept. Raise Invalid."""
    _check(wish, {permission.name for permission in work.enabled.permissions})
    secret = TOKEN_MARK + new_secret()
    token = Token(
        name=wish.name.strip(),
        secret_hash=secret_hash(secret),
        prefix=secret[:_SHOWN],
        scopes=sorted(wish.scopes),
        user_id=user_id,
        company_id=wish.company_id,
        expires_at=wish.expires_at,
    )
    work.session.add(token)
    work.session.flush()
    return token, secret


def revoke_token(work: UnitOfWork, token_id: UUID, *, owner: UUID | None = None) -> None:
    """For good. ``owner`` limits it to that user's own. Raise NotFound."""
    token = work.session.get(Token, token_id)
    if token is None or owner not in {None, token.user_id}:
        raise NotFound(_("There is no such token."))
    token.revoked_at = token.revoked_at or utcnow()


def use_token(work: UnitOfWork, token_id: UUID) -> None:
    """Write down that it was used, unless another request just did."""
    now = utcnow()
    unseen = or_(Token.used_at.is_(None), Token.used_at < now - USED_EVERY)
    work.session.execute(update(Token).where(Token.id == token_id, unseen).values(used_at=now))


def list_tokens(work: UnitOfWork, *, owner: UUID | None = None) -> list[tuple[Token, str]]:
    """Tokens that were not revoked with their users' names, the newest first."""
    statement = select(Token, User.name).join(User, User.id == Token.user_id)
    if owner is not None:
        statement = statement.where(Token.user_id == owner)
    statement = statement.where(Token.revoked_at.is_(None)).order_by(Token.id.desc())
    return [(token, name) for token, name in work.session.execute(statement.limit(_LISTED))]


def _check(wish: TokenWish, known: Iterable[str]) -> None:
    if not wish.name.strip():
        problem = _("Give the token a name that says what it is for.")
        raise Invalid(problem, fields={"name": problem})
    if not wish.scopes:
        problem = _("Choose at least one permission.")
        raise Invalid(problem, fields={"scopes": problem})
    if unknown := sorted(wish.scopes - {*known, EVERYTHING}):
        problem = _("There is no permission %(name)s.", name=", ".join(unknown))
        raise Invalid(problem, fields={"scopes": problem})
    if wish.expires_at is not None and wish.expires_at <= utcnow():
        problem = _("The token would have expired already.")
        raise Invalid(problem, fields={"expires_at": problem})
