"""Custom roles: bundles of permissions made here, beside those the modules bring."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, exists, select

from core.companies import fetch
from core.errors import Forbidden, Invalid, RuleBroken
from core.security.models import CustomRole, UserRole
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork


def create_role(work: UnitOfWork, name: str, permissions: Collection[str]) -> CustomRole:
    """Raise Invalid naming the field, Forbidden for a permission the actor lacks."""
    _check(work, name, permissions)
    role = CustomRole(name=name.strip(), permissions=sorted(permissions))
    work.session.add(role)
    work.session.flush()
    return role


def edit_role(
    work: UnitOfWork, role_id: UUID, version: int, permissions: Collection[str]
) -> CustomRole:
    """Its name stays: users have it by name."""
    role = fetch(work, CustomRole, role_id, lock=True)
    check_version(role, version)
    # Of a disabled module, whose permissions nobody can choose now: they come back with it.
    dormant = set(role.permissions) - _known(work)
    _may_give(work, set(permissions) ^ (set(role.permissions) - dormant))
    _check_known(work, permissions)
    role.permissions = sorted(dormant | set(permissions))
    return role


def delete_role(work: UnitOfWork, role_id: UUID) -> None:
    """Raise RuleBroken while somebody has it."""
    role = fetch(work, CustomRole, role_id, lock=True)
    if work.session.scalar(select(exists().where(UserRole.role == role.name))):
        raise RuleBroken(_("Somebody has this role: take it from them first."))
    _may_give(work, set(role.permissions) & _known(work))
    work.session.execute(delete(CustomRole).where(CustomRole.id == role.id))


def custom_roles(work: UnitOfWork) -> list[CustomRole]:
    return list(work.session.scalars(select(CustomRole).order_by(CustomRole.name).limit(500)))


def _check(work: UnitOfWork, name: str, permissions: Collection[str]) -> None:
    wanted = name.strip()
    problem = ""
    if not 0 < len(wanted) <= 64:
        problem = _("Enter a name of at most 64 characters.")
    elif wanted in work.enabled.roles or _is_taken(work, wanted):
        problem = _("There is a role of this name.")
    if problem:
        raise Invalid(problem, fields={"name": problem})
    _check_known(work, permissions)
    _may_give(work, permissions)


def _is_taken(work: UnitOfWork, name: str) -> bool:
    return bool(work.session.scalar(select(exists().where(CustomRole.name == name))))


def _check_known(work: UnitOfWork, permissions: Collection[str]) -> None:
    if unknown := sorted(set(permissions) - _known(work)):
        problem = _("There is no permission %(name)s.", name=", ".join(unknown))
        raise Invalid(problem, fields={"permissions": problem})


def _known(work: UnitOfWork) -> set[str]:
    return {permission.name for permission in work.enabled.permissions}


def _may_give(work: UnitOfWork, permissions: Collection[str]) -> None:
    if lacking := sorted(name for name in permissions if not work.actor.may(name)):
        raise Forbidden(_("You may not give or take %(name)s.", name=", ".join(lacking)))
