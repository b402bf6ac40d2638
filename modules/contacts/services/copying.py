"""What belongs to one party given to another too: a copy, since an ERP may go on knowing both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.work import UnitOfWork
from modules.contacts.models import Address, ContactPoint, Party, PartyRole
from modules.contacts.rules.likeness import bare_email

_STREET = ("street", "postal_code", "city", "region", "country")


def missing_belongings(work: UnitOfWork, kept: Party, other: Party) -> dict[str, int]:
    """How many of each ``copy_belongings`` would add."""
    return {
        "addresses": len(_addresses(work, kept, other)),
        "contact_points": len(_points(work, kept, other)),
        "roles": len(_roles(work, kept, other)),
    }


def copy_belongings(work: UnitOfWork, kept: Party, other: Party) -> dict[str, Any]:
    """Give ``kept`` what only ``other`` has; answers what is needed to take it away again."""
    mine = {"company_id": kept.company_id, "party_id": kept.id}
    addresses = [
        Address(
            **mine,
            **{name: getattr(one, name) for name in (*_STREET, "billing", "shipping", "source")},
        )
        for one in _addresses(work, kept, other)
    ]
    points = [
        ContactPoint(
            **mine, **{name: getattr(one, name) for name in ("kind", "value", "label", "source")}
        )
        for one in _points(work, kept, other)
    ]
    roles = [PartyRole(**mine, role=one.role) for one in _roles(work, kept, other)]
    work.session.add_all([*addresses, *points, *roles])
    work.session.flush()
    return {
        "addresses": [str(one.id) for one in addresses],
        "contact_points": [str(one.id) for one in points],
        "roles": [str(one.id) for one in roles],
    }


def remove_copies(work: UnitOfWork, copies: Mapping[str, Any]) -> None:
    """Those that are still there; an address may have served orders, and is put away instead."""
    for address in _those(work, Address, copies["addresses"]):
        address.active = False
    for model, name in ((ContactPoint, "contact_points"), (PartyRole, "roles")):
        for one in _those(work, model, copies[name]):
            work.session.delete(one)
    work.session.flush()


def _those(work: UnitOfWork, model: Any, ids: list[str]) -> list[Any]:
    found = select(model).where(model.id.in_([UUID(key) for key in ids]))
    return list(work.session.scalars(found))


def _missing(work: UnitOfWork, model: Any, kept: Party, other: Party, *, by: Any) -> list[Any]:
    rows = work.session.scalars(
        select(model).where(model.party_id.in_((kept.id, other.id))).order_by(model.id)
    ).all()
    here = {by(row) for row in rows if row.party_id == kept.id}
    there = {by(row): row for row in rows if row.party_id == other.id}
    return [row for key, row in there.items() if key not in here]


def _addresses(work: UnitOfWork, kept: Party, other: Party) -> list[Address]:
    found = _missing(work, Address, kept, other, by=_street)
    return [one for one in found if one.active]


def _street(address: Address) -> tuple[str, ...]:
    return tuple(getattr(address, name).casefold() for name in _STREET)


def _points(work: UnitOfWork, kept: Party, other: Party) -> list[ContactPoint]:
    return _missing(
        work, ContactPoint, kept, other, by=lambda one: (one.kind, bare_email(one.value))
    )


def _roles(work: UnitOfWork, kept: Party, other: Party) -> list[PartyRole]:
    return _missing(work, PartyRole, kept, other, by=lambda one: one.role)
