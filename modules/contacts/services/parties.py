"""Create, change and archive parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select

from core.companies import fetch, home
from core.errors import Invalid
from core.security.models import User
from core.sync.documents import PartyKind
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.events import PartyChanged, PartyCreated
from modules.contacts.models import Party, PartyRole
from modules.contacts.rules import PartyFields, Role, clean_party
from modules.contacts.services.finding import search_again


def create_party(work: UnitOfWork, fields: PartyFields, *, roles: Iterable[Role] = ()) -> Party:
    """A new party of the actor's company; an organisation unless ``kind`` says otherwise.

    Raise Invalid naming each field at fault.
    """
    tidy = clean_party({"kind": PartyKind.ORGANISATION, "name": "", **fields})
    _check_owner(work, tidy)
    party = Party(company_id=home(work), source=work.source, observed_at=work.observed_at, **tidy)
    work.session.add(party)
    work.session.flush()
    _add_roles(work, party, frozenset(roles))
    search_again(work, [party.id])
    work.publish(PartyCreated(party_id=party.id, company_id=party.company_id, source=work.source))
    return party


def change_party(
    work: UnitOfWork, party_id: UUID, fields: PartyFields, *, version: int | None = None
) -> Party:
    """Change the fields that are given.

    ``version`` is the one the caller has read: raise Stale when there is a newer one.
    """
    party = fetch(work, Party, party_id, lock=True)
    check_version(party, version)
    tidy = clean_party(fields)
    _check_owner(work, tidy)
    apply(work, party, tidy)
    return party


def archive_party(work: UnitOfWork, party_id: UUID) -> Party:
    """Out of lists and searches, with all that belongs to it; ``restore_party`` undoes it."""
    return _set_active(work, party_id, active=False)


def restore_party(work: UnitOfWork, party_id: UUID) -> Party:
    return _set_active(work, party_id, active=True)


def set_roles(work: UnitOfWork, party_id: UUID, roles: Iterable[Role]) -> None:
    """Exactly these roles from now on."""
    party = fetch(work, Party, party_id)
    held = {
        role.role: role
        for role in work.session.scalars(select(PartyRole).where(PartyRole.party_id == party.id))
    }
    wanted = frozenset(roles)
    for role in held.keys() - wanted:
        work.session.delete(held[role])
    _add_roles(work, party, wanted - held.keys())
    if wanted != held.keys():
        changed(work, party, "roles")


def apply(work: UnitOfWork, party: Party, values: Mapping[str, Any]) -> None:
    """Write what differs; nothing is saved or announced where nothing does."""
    for name, value in values.items():
        if getattr(party, name) != value:
            setattr(party, name, value)
    states = inspect(party).attrs
    if touched := [name for name in values if states[name].history.has_changes()]:
        work.session.flush()
        search_again(work, [party.id])
        changed(work, party, *touched)


def changed(work: UnitOfWork, party: Party, *fields: str) -> None:
    work.publish(
        PartyChanged(
            party_id=party.id,
            company_id=party.company_id,
            fields=tuple(sorted(fields)),
            source=work.source,
        )
    )


def _set_active(work: UnitOfWork, party_id: UUID, *, active: bool) -> Party:
    party = fetch(work, Party, party_id, lock=True)
    apply(work, party, {"active": active})
    return party


def _add_roles(work: UnitOfWork, party: Party, roles: frozenset[Role]) -> None:
    company = party.company_id
    work.session.add_all(
        PartyRole(company_id=company, party_id=party.id, role=role) for role in sorted(roles)
    )


def _check_owner(work: UnitOfWork, fields: PartyFields) -> None:
    owner = fields.get("owner_id")
    if owner is not None and work.session.get(User, owner) is None:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"owner_id": _("There is no such colleague.")},
        )
