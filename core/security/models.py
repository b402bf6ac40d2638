"""People and programs that may come in, what they may do, and where they are signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.companies import Company
from core.db.base import Base, Editable, Record


class User(Editable, Record):
    __tablename__ = "core_user"
    __journal__: ClassVar[tuple[str, ...]] = (
        "email",
        "name",
        "active",
        "language",
        "timezone",
        "home_company_id",
    )

    #: Case folded: two people never differ by a capital letter.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    #: Empty: as the browser asks.
    language: Mapped[str] = mapped_column(String(16), default="")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    #: Where the records this person makes go. Not ``company_id``: that would make users belong to a
    #: company, and hide them from whoever does not see it.
    home_company_id: Mapped[UUID | None] = mapped_column(ForeignKey(Company.id))


class CustomRole(Editable, Record):
    """A bundle of permissions made here, beside the ready-made ones of the modules."""

    __tablename__ = "core_role"
    __journal__: ClassVar[tuple[str, ...]] = ("name", "permissions")

    name: Mapped[str] = mapped_column(String(64), unique=True)
    permissions: Mapped[list[Any]]


class UserRole(Base):
    """``role`` is the name of a ready-made role or of a custom one."""

    __tablename__ = "core_user_role"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(64), primary_key=True)


class UserCompany(Base):
    """A company whose records the user may see. Administrators see all without."""

    __tablename__ = "core_user_company"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True
    )
    company_id: Mapped[UUID] = mapped_column(ForeignKey(Company.id), primary_key=True)


class BrowserSession(Record):
    """A browser somebody signed in with; without the row its cookie is worth nothing."""

    __tablename__ = "core_session"

    #: SHA-256 of the cookie: who reads the database can not sign in with it.
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    #: Ends then even if used all the time.
    expires_at: Mapped[datetime] = mapped_column(index=True)
    csrf_secret: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(200))


class Token(Record):
    """Lets a program in on behalf of the user who made it, with no more than ``scopes``."""

    __tablename__ = "core_token"
    __journal__: ClassVar[tuple[str, ...]] = ("name", "scopes", "revoked_at")

    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: The first characters, to tell tokens apart.
    prefix: Mapped[str] = mapped_column(String(16))
    #: Names of permissions; ``*`` for all that its user has.
    scopes: Mapped[list[Any]]
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), index=True
    )
    #: Narrows the token to one company; None: those of its user.
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey(Company.id))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Throttle(Base):
    """Tries to sign in that were not answered by a success; see ``throttle.py``."""

    __tablename__ = "core_throttle"

    #: SHA-256 of whom the tries are counted for: e-mail addresses of strangers are not kept.
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    tried_at: Mapped[datetime] = mapped_column(index=True)
