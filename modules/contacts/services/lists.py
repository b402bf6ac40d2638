"""The lists of parties: what is selected, sorted, filtered and searched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from core import search
from core.api.listing import Listing
from core.api.parsing import parse
from core.security.models import User
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, ContactPoint, Interaction, Party, PartyRole
from modules.contacts.models import TimelineEntry as Entry
from modules.contacts.rules import PointKind


def _first_point(*kinds: PointKind) -> ColumnElement[str | None]:
    found = select(ContactPoint.value).where(
        ContactPoint.party_id == Party.id, ContactPoint.kind.in_(kinds)
    )
    by_preference = found.order_by(ContactPoint.preferred.desc(), ContactPoint.id)
    return by_preference.limit(1).scalar_subquery()


def _first_address(column: Any) -> ColumnElement[str | None]:
    found = select(column).where(Address.party_id == Party.id, Address.active)
    by_purpose = found.order_by(Address.billing.desc(), Address.id)
    return by_purpose.limit(1).scalar_subquery()


# Subqueries and not joins: a joined table's company would be asked for too, and a party without
# an address would be gone.
_ROLES = (
    select(func.aggregate_strings(PartyRole.role, " "))
    .where(PartyRole.party_id == Party.id)
    .scalar_subquery()
)
_OWNER = select(User.name).where(User.id == Party.owner_id).scalar_subquery()

_STATEMENT: Select[*tuple[Any, ...]] = select(
    Party.id,
    Party.kind,
    Party.name,
    Party.number,
    Party.tax_id,
    Party.language,
    Party.owner_id,
    _OWNER.label("owner"),
    Party.active,
    Party.merged_into_id,
    Party.source,
    Party.observed_at,
    Party.created_at,
    Party.updated_at,
    Party.version,
    _ROLES.label("roles"),
    _first_point(PointKind.EMAIL).label("email"),
    _first_point(PointKind.PHONE, PointKind.MOBILE).label("phone"),
    _first_address(Address.city).label("city"),
    _first_address(Address.country).label("country"),
)


def _has_role(text: str) -> ColumnElement[bool]:
    role = parse(text, PartyRole.role.type)
    return Party.id.in_(select(PartyRole.party_id).where(PartyRole.role == role))


def _is_in(column: Any, text: str) -> ColumnElement[bool]:
    there = Address.active, column == parse(text, column.type)
    return Party.id.in_(select(Address.party_id).where(*there))


def _listing(name: str, statement: Select[*tuple[Any, ...]]) -> Listing:
    return Listing(
        name=name,
        statement=statement,
        sorts={
            "name": Party.name,
            "created_at": Party.created_at,
            "updated_at": Party.updated_at,
        },
        default="name",
        filters={
            "kind": Party.kind,
            "role": _has_role,
            "owner_id": Party.owner_id,
            "active": Party.active,
            "source": Party.source,
            "number": Party.number,
            "city": lambda text: _is_in(Address.city, text),
            "country": lambda text: _is_in(Address.country, text.upper()),
        },
        search=lambda text: Party.id.in_(search.matching(PARTY, text)),
    )


#: All, archived ones too: programs keep their copy in step with it.
ALL = _listing("parties", _STATEMENT)
#: What people work with, and what they have put away.
_STANDING = _STATEMENT.where(Party.merged_into_id.is_(None))
CURRENT = _listing("parties.current", _STANDING.where(Party.active))
ARCHIVED = _listing("parties.archived", _STANDING.where(Party.active.is_(False)))


def timeline_of(party_id: UUID) -> Listing:
    """The lines of one party, newest first, with the words of their interactions."""
    # As a subquery it has no company of its own: lines without an interaction stay.
    said = select(
        Interaction.id.label("interaction_id"),
        Interaction.channel,
        Interaction.direction,
        Interaction.text,
        Interaction.outcome,
        Interaction.next_step,
        Interaction.next_on,
    ).subquery("said")
    # Labelled as readers get them; ``stories`` makes a sentence of the title, and an address.
    title, href = Entry.text.label("title"), Entry.link.label("href")
    facts = (Entry.happened_at, Entry.kind, Entry.params, Entry.link_params)
    return Listing(
        # A cursor of one party's timeline is none of another's.
        name=f"timeline of {party_id}",
        statement=select(Entry.id, title, href, *facts, Entry.source, Entry.author, *said.c)
        .outerjoin(said, said.c.interaction_id == Entry.interaction_id)
        .where(Entry.party_id == party_id),
        sorts={"happened_at": Entry.happened_at},
        default="-happened_at",
    )
