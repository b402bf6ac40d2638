"""One party with all that belongs to it: read in a fixed number of queries, or made at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, or_, select

from core.companies import fetch, visible
from core.errors import Invalid
from core.security.models import User
from core.sync.merge.lists import OpenConflict, conflicts_of
from core.sync.models import Agreed, Binding, Connection
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import (
    Address,
    ContactPoint,
    ExternalIdentity,
    Party,
    PartyRelation,
    PartyRole,
)
from modules.contacts.rules import AddressFields, PartyFields, PointFields, Role
from modules.contacts.services.parties import create_party
from modules.contacts.services.reach import add_address, add_contact_point
from modules.contacts.services.sharing import SHARED


@dataclass(frozen=True, slots=True)
class WholeParty:
    party: Party
    owner: str | None
    roles: Sequence[Role]
    addresses: Sequence[Address]
    contact_points: Sequence[ContactPoint]
    #: ``forward``: the party stands in ``kind`` to the other, and not the other way round.
    relations: Sequence[Row[*tuple[Any, ...]]]
    identities: Sequence[ExternalIdentity]
    #: The ERPs that know the party: connection, external_id, number, said, observed_at.
    in_erps: Sequence[Row[*tuple[Any, ...]]]
    #: What both sides say differently and nobody has settled yet.
    conflicts: Sequence[OpenConflict]

    @property
    def version(self) -> int:
        return self.party.version


def read_whole(work: UnitOfWork, party_id: UUID) -> WholeParty:
    """Raise NotFound for a party the actor does not see."""
    party = fetch(work, Party, party_id)
    owner = work.session.get(User, party.owner_id) if party.owner_id else None
    addresses = select(Address).where(Address.party_id == party_id, Address.active)
    points = select(ContactPoint).where(ContactPoint.party_id == party_id)
    roles = select(PartyRole.role).where(PartyRole.party_id == party_id)
    identities = select(ExternalIdentity).where(ExternalIdentity.party_id == party_id)
    return WholeParty(
        party=party,
        owner=owner.name if owner else None,
        roles=work.session.scalars(roles.order_by(PartyRole.role)).all(),
        addresses=work.session.scalars(addresses.order_by(Address.id)).all(),
        contact_points=work.session.scalars(
            points.order_by(ContactPoint.kind, ContactPoint.preferred.desc(), ContactPoint.id)
        ).all(),
        relations=_relations(work, party_id),
        identities=work.session.scalars(identities.order_by(ExternalIdentity.system)).all(),
        in_erps=in_erps(work, party_id),
        conflicts=conflicts_of(work, SHARED, party_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    fields: PartyFields
    roles: Iterable[Role] = ()
    addresses: Sequence[AddressFields] = field(default_factory=tuple)
    contact_points: Sequence[PointFields] = field(default_factory=tuple)


def create_whole(work: UnitOfWork, new: NewParty) -> Party:
    """Raise Invalid naming a field at fault by its place: ``addresses.0.country``."""
    party = create_party(work, new.fields, roles=new.roles)
    for place, address in enumerate(new.addresses):
        _at(f"addresses.{place}", add_address, work, party.id, address)
    for place, point in enumerate(new.contact_points):
        _at(f"contact_points.{place}", add_contact_point, work, party.id, point)
    return party


def _at(path: str, add: Callable[..., Any], *arguments: Any) -> None:
    try:
        add(*arguments)
    except Invalid as error:
        fields = {f"{path}.{name}": problem for name, problem in error.fields.items()}
        raise Invalid(str(error), fields=fields) from error


def _relations(work: UnitOfWork, party_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    forward = PartyRelation.party_id == party_id
    other_id = case((forward, PartyRelation.other_id), else_=PartyRelation.party_id)
    found = (
        select(
            PartyRelation.id,
            PartyRelation.kind,
            PartyRelation.title,
            PartyRelation.influence,
            PartyRelation.version,
            forward.label("forward"),
            Party.id.label("other_id"),
            Party.name.label("other"),
        )
        .join(Party, Party.id == other_id)
        .where(or_(forward, PartyRelation.other_id == party_id), Party.merged_into_id.is_(None))
        .order_by(PartyRelation.kind, Party.name)
        .limit(200)
    )
    return work.session.execute(visible(work, found)).all()


def in_erps(work: UnitOfWork, party_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """From the host's bindings, the one place that knows an ERP's ids."""
    said = (
        select(Agreed.connection_id, Agreed.theirs, Agreed.observed_at)
        .where(Agreed.kind == PARTY, Agreed.local_id == party_id)
        .subquery("said")
    )
    found = (
        select(
            Connection.name.label("connection"),
            Binding.external_id,
            Binding.number,
            Binding.delivery,
            Binding.message,
            said.c.theirs.label("said"),
            said.c.observed_at,
        )
        .join(Connection, Connection.id == Binding.connection_id)
        .outerjoin(said, said.c.connection_id == Binding.connection_id)
        .where(Binding.kind == PARTY, Binding.local_id == party_id)
        .order_by(Connection.name)
    )
    return work.session.execute(visible(work, found)).all()
