"""Parties out to the ERP and in from it, as documents."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, select

from core.sync.documents import Address as AddressDocument
from core.sync.documents import ContactPoint as PointDocument
from core.sync.documents import Party as PartyDocument
from core.sync.exchange import Bindings
from core.sync.merge.touching import changed_here
from core.work import OURSELVES, UnitOfWork
from modules.contacts.events import PartyChanged
from modules.contacts.models import Address, AddressKey, ContactPoint, Party
from modules.contacts.services.sharing import SHARED


def send_party(event: PartyChanged, work: UnitOfWork) -> None:
    """What a person changed goes to every ERP that has the party; arrivals see to their own."""
    if event.source == OURSELVES:
        changed_here(work, SHARED, {event.party_id: event.fields})


def load_party(work: UnitOfWork, party_id: UUID, bindings: Bindings) -> PartyDocument:
    """The party as it is now. An address the ERP does not know yet has no id."""
    party = work.session.get_one(Party, party_id)
    return PartyDocument(
        company=bindings.erp_company,
        name=party.name,
        kind=party.kind,
        number=party.number,
        tax_id=party.tax_id,
        addresses=tuple(_addresses(work, party_id, bindings.connection_id)),
        contact_points=tuple(_points(work, party_id)),
        active=party.active,
    )


def _addresses(work: UnitOfWork, party_id: UUID, connection_id: UUID) -> list[AddressDocument]:
    its = and_(AddressKey.address_id == Address.id, AddressKey.connection_id == connection_id)
    found = (
        select(Address, AddressKey.key)
        .outerjoin(AddressKey, its)
        .where(Address.party_id == party_id, Address.active)
        .order_by(Address.id)
    )
    return [
        AddressDocument(
            id=key or "",
            street=address.street,
            postal_code=address.postal_code,
            city=address.city,
            region=address.region,
            country=address.country,
        )
        for address, key in work.session.execute(found)
    ]


def _points(work: UnitOfWork, party_id: UUID) -> list[PointDocument]:
    found = (
        select(ContactPoint)
        .where(ContactPoint.party_id == party_id)
        .order_by(ContactPoint.preferred.desc(), ContactPoint.id)
    )
    return [
        PointDocument(kind=point.kind, value=point.value) for point in work.session.scalars(found)
    ]
