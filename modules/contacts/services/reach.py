"""Addresses and contact points of a party."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from core.companies import fetch
from core.errors import Invalid
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Address, ContactPoint, Party
from modules.contacts.rules import AddressFields, PointFields, PointKind, clean_address, clean_point
from modules.contacts.services.finding import search_again
from modules.contacts.services.parties import changed

_FACTS = ("street", "postal_code", "city", "region", "country")


def add_address(work: UnitOfWork, party_id: UUID, fields: AddressFields) -> Address:
    party = fetch(work, Party, party_id)
    tidy = clean_address(fields)
    if not any(tidy.get(name) for name in _FACTS):
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"street": _("An address needs a street, a city or a country.")},
        )
    address = Address(company_id=party.company_id, party_id=party.id, source=work.source, **tidy)
    work.session.add(address)
    return _saved_address(work, party, address)


def change_address(
    work: UnitOfWork, address_id: UUID, fields: AddressFields, *, version: int | None = None
) -> Address:
    address = fetch(work, Address, address_id, lock=True)
    check_version(address, version)
    for name, value in clean_address(fields).items():
        setattr(address, name, value)
    return _saved_address(work, fetch(work, Party, address.party_id), address)


def remove_address(work: UnitOfWork, address_id: UUID) -> None:
    """It stays for the orders that went there, and is offered no more."""
    address = fetch(work, Address, address_id, lock=True)
    address.active = False
    _saved_address(work, fetch(work, Party, address.party_id), address)


def add_contact_point(work: UnitOfWork, party_id: UUID, fields: PointFields) -> ContactPoint:
    """``preferred`` takes the preference from the others of the same kind."""
    party = fetch(work, Party, party_id)
    kind = fields.get("kind", PointKind.OTHER)
    tidy = clean_point({"value": "", **fields, "kind": kind}, kind)
    point = ContactPoint(company_id=party.company_id, party_id=party.id, source=work.source, **tidy)
    work.session.add(point)
    return _saved_point(work, party, point)


def change_contact_point(
    work: UnitOfWork, point_id: UUID, fields: PointFields, *, version: int | None = None
) -> ContactPoint:
    point = fetch(work, ContactPoint, point_id, lock=True)
    check_version(point, version)
    kind = fields.get("kind", point.kind)
    for name, value in clean_point({"value": point.value, **fields}, kind).items():
        setattr(point, name, value)
    return _saved_point(work, fetch(work, Party, point.party_id), point)


def remove_contact_point(work: UnitOfWork, point_id: UUID) -> None:
    point = fetch(work, ContactPoint, point_id, lock=True)
    party = fetch(work, Party, point.party_id)
    work.session.delete(point)
    _refresh(work, party, "contact_points")


def _saved_address(work: UnitOfWork, party: Party, address: Address) -> Address:
    _refresh(work, party, "addresses")
    return address


def _saved_point(work: UnitOfWork, party: Party, point: ContactPoint) -> ContactPoint:
    work.session.flush()
    if point.preferred:
        others = update(ContactPoint).where(
            ContactPoint.party_id == party.id,
            ContactPoint.kind == point.kind,
            ContactPoint.id != point.id,
            ContactPoint.preferred,
        )
        work.session.execute(
            others.values(preferred=False, version=ContactPoint.version + 1),
            execution_options={"synchronize_session": "fetch"},
        )
    _refresh(work, party, "contact_points")
    return point


def _refresh(work: UnitOfWork, party: Party, what: str) -> None:
    search_again(work, [party.id])
    changed(work, party, what)
