"""What people change about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.clock import zones
from core.companies import fetch
from core.errors import Invalid, Stale
from core.journal import note
from core.security.models import User
from core.security.sessions import end_sessions
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """``language`` empty: as the browser asks."""

    name: str
    language: str
    timezone: str


def edit_profile(work: UnitOfWork, user_id: UUID, version: int, profile: Profile) -> None:
    """Raise Stale when it was saved since ``version``, Invalid naming the field."""
    user = fetch(work, User, user_id, lock=True)
    check_version(user, version)
    if not 0 < len(profile.name.strip()) <= 200:
        problem = _("Enter a name of at most 200 characters.")
        raise Invalid(problem, fields={"name": problem})
    check_timezone(profile.timezone)
    user.name = profile.name.strip()
    user.language, user.timezone = profile.language, profile.timezone


def check_timezone(name: str) -> None:
    if name not in zones():
        problem = _("There is no time zone %(name)s.", name=name)
        raise Invalid(problem, fields={"timezone": problem})


def replace_password(
    work: UnitOfWork, user_id: UUID, new_hash: str, *, old_hash: str, session_id: UUID
) -> None:
    """One's own, known to be right by ``old_hash``; every other browser has to sign in again."""
    user = fetch(work, User, user_id, lock=True)
    if user.password_hash != old_hash:
        raise Stale(_("The password was changed in the meantime."))
    user.password_hash = new_hash
    note(work, User.__tablename__, user.id, field="password", change=(None, "replaced"))
    end_sessions(work, user.id, but=session_id)
