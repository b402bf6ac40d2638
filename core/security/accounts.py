"""People: who has an account, with which roles, for which companies."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, exists, func, select

from core.actor import EVERYTHING
from core.clock import zones
from core.companies import Company, fetch
from core.errors import Forbidden, Invalid, RuleBroken
from core.journal import note
from core.registry.models import Installation
from core.registry.state import Enabled
from core.security.models import CustomRole, User, UserCompany, UserRole
from core.security.passwords import check_password, hashed
from core.security.sessions import end_sessions
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: The role that may do everything; the host's manifest declares it.
ADMINISTRATOR = "Administrator"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is entered of a user. ``companies``: whose records they see."""

    email: str
    name: str
    roles: frozenset[str] = frozenset()
    companies: frozenset[UUID] = frozenset()
    company_id: UUID | None = None
    language: str = ""
    timezone: str = "UTC"
    active: bool = field(default=True)


def folded(email: str) -> str:
    return email.strip().casefold()


def has_users(work: UnitOfWork) -> bool:
    return bool(work.session.scalar(select(exists().select_from(User))))


def create_user(work: UnitOfWork, person: Person, password_hash: str) -> User:
    """Raise Invalid, naming the field. Hash the password before the transaction: it takes long."""
    _check(work, person)
    _may_grant(work, person.roles)
    user = User(email=folded(person.email), name=person.name.strip(), password_hash=password_hash)
    _copy(person, user)
    work.session.add(user)
    work.session.flush()
    _set_roles(work, user.id, person.roles)
    _set_companies(work, user.id, person.companies)
    return user


def edit_user(work: UnitOfWork, user_id: UUID, version: int, person: Person) -> User:
    """Raise Stale when somebody saved the user since ``version``, RuleBroken for the last admin."""
    user = fetch(work, User, user_id, lock=True)
    check_version(user, version)
    before = roles_of(work, user.id)
    _may_manage(work, before)
    _check(work, person, user)
    _may_grant(work, person.roles - before)
    user.email, user.name = folded(person.email), person.name.strip()
    _copy(person, user)
    _set_roles(work, user.id, person.roles)
    _set_companies(work, user.id, person.companies)
    work.session.flush()
    if before & administrator_roles(work.enabled):
        _keep_one_administrator(work)
    if not user.active:
        end_sessions(work, user.id)
    return user


def set_password(work: UnitOfWork, user_id: UUID, password_hash: str) -> None:
    """By an administrator; whoever is signed in as the user has to sign in again."""
    user = fetch(work, User, user_id, lock=True)
    _may_manage(work, roles_of(work, user.id))
    user.password_hash = password_hash
    note(work, User.__tablename__, user.id, field="password", change=(None, "set"))
    end_sessions(work, user.id)


def roles_of(work: UnitOfWork, user_id: UUID) -> frozenset[str]:
    return frozenset(work.session.scalars(select(UserRole.role).where(UserRole.user_id == user_id)))


def companies_of(work: UnitOfWork, user_id: UUID) -> frozenset[UUID]:
    statement = select(UserCompany.company_id).where(UserCompany.user_id == user_id)
    return frozenset(work.session.scalars(statement))


def all_roles(work: UnitOfWork) -> Mapping[str, frozenset[str]]:
    """Ready-made and custom ones, by name."""
    custom = work.session.scalars(select(CustomRole).order_by(CustomRole.name))
    found = {role.name: frozenset(role.permissions) for role in custom}
    for name, permissions in work.enabled.roles.items():
        found[name] = permissions | found.get(name, frozenset())
    return dict(sorted(found.items()))


def administrator_roles(enabled: Enabled) -> frozenset[str]:
    """Only ready-made roles hold everything: custom ones are made of named permissions."""
    return frozenset(name for name, held in enabled.roles.items() if EVERYTHING in held)


def _copy(person: Person, user: User) -> None:
    user.language, user.timezone = person.language, person.timezone
    user.home_company_id, user.active = person.company_id, person.active


def _check(work: UnitOfWork, person: Person, user: User | None = None) -> None:
    problems: dict[str, str] = {}
    email = folded(person.email)
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        problems["email"] = _("This is not an e-mail address.")
    elif _is_taken(work, email, user):
        problems["email"] = _("Somebody else has this e-mail address.")
    if not person.name.strip() or len(person.name) > 200:
        problems["name"] = _("Enter a name of at most 200 characters.")
    if unknown := sorted(person.roles - all_roles(work).keys()):
        problems["roles"] = _("There is no role %(name)s.", name=", ".join(unknown))
    if person.timezone not in zones():
        problems["timezone"] = _("There is no time zone %(name)s.", name=person.timezone)
    wanted = person.companies | ({person.company_id} if person.company_id else set())
    if len(wanted) != _count(work, wanted):
        problems["companies"] = _("One of these companies does not exist.")
    if problems:
        raise Invalid(" ".join(problems.values()), fields=problems)


def _is_taken(work: UnitOfWork, email: str, user: User | None) -> bool:
    found = work.session.scalar(select(User.id).where(User.email == email))
    return found is not None and (user is None or found != user.id)


def _count(work: UnitOfWork, companies: Collection[UUID]) -> int:
    statement = select(func.count()).select_from(Company).where(Company.id.in_(companies))
    return work.session.scalar(statement) or 0


def _may_grant(work: UnitOfWork, roles: Collection[str]) -> None:
    """Nobody hands out more than they have: managing users is not being an administrator."""
    known = all_roles(work)
    for role in sorted(roles):
        if not all(work.actor.may(permission) for permission in known.get(role, ())):
            raise Forbidden(_("You may not give the role %(role)s: it may more.", role=role))


def _may_manage(work: UnitOfWork, roles: Collection[str]) -> None:
    known = all_roles(work)
    held = frozenset[str]().union(*(known.get(role, frozenset()) for role in roles))
    if not all(work.actor.may(permission) for permission in held):
        raise Forbidden(_("This user may do more than you: ask an administrator."))


def _set_roles(work: UnitOfWork, user_id: UUID, roles: frozenset[str]) -> None:
    before = roles_of(work, user_id)
    if before == roles:
        return
    work.session.execute(delete(UserRole).where(UserRole.user_id == user_id))
    work.session.add_all(UserRole(user_id=user_id, role=role) for role in sorted(roles))
    note(work, User.__tablename__, user_id, field="roles", change=(sorted(before), sorted(roles)))


def _set_companies(work: UnitOfWork, user_id: UUID, companies: frozenset[UUID]) -> None:
    before = companies_of(work, user_id)
    if before == companies:
        return
    work.session.execute(delete(UserCompany).where(UserCompany.user_id == user_id))
    work.session.add_all(UserCompany(user_id=user_id, company_id=c) for c in sorted(companies))
    change = (sorted(map(str, before)), sorted(map(str, companies)))
    note(work, User.__tablename__, user_id, field="companies", change=change)


def _keep_one_administrator(work: UnitOfWork) -> None:
    # Two administrators who demote each other wait here for one another.
    work.session.scalars(select(Installation).with_for_update()).one()
    statement = (
        select(func.count())
        .select_from(User)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.active, UserRole.role.in_(administrator_roles(work.enabled)))
    )
    if not work.session.scalar(statement):
        raise RuleBroken(_("This is the last administrator. Make somebody else one first."))


def new_password_hash(password: str, email: str) -> str:
    """Raise Invalid for a weak one. Takes 0.1 s: call it before the transaction."""
    check_password(password, folded(email))
    return hashed(password)
