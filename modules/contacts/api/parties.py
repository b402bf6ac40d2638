"""Parties for programs: ``/api/v1/parties`` and what belongs to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.api.versions import check_if_match
from core.companies import fetch
from core.security.guard import requires
from core.work import UnitOfWork
from modules.contacts import schemas, services
from modules.contacts.api.blueprint import READ, WRITE, blueprint
from modules.contacts.links import href_of
from modules.contacts.models import Address, ContactPoint, Interaction, Party, PartyRelation
from modules.contacts.services.lists import ALL, timeline_of
from modules.contacts.services.stories import Line, read_story
from modules.contacts.services.whole import NewParty, WholeParty, create_whole, read_whole


@blueprint.get("/parties")
@requires(READ)
@lists(ALL, schemas.PartyLineSchema)
def parties(work: UnitOfWork, query: ListQuery) -> Page:
    """Parties, archived ones too unless ``active`` says otherwise.

    ``q`` finds any part of names, numbers, tax ids, e-mail addresses, phone numbers and cities.
    """
    return page(work, ALL, query)


@blueprint.post("/parties")
@requires(WRITE)
@writes(schemas.PartySchema, takes=schemas.NewPartySchema, status=201)
def add_party(work: UnitOfWork, body: dict[str, Any]) -> WholeParty:
    """Add a party, with addresses and contact points if they are known."""
    roles, addresses = body.pop("roles", ()), body.pop("addresses", ())
    points = body.pop("contact_points", ())
    new = NewParty(fields=body, roles=roles, addresses=addresses, contact_points=points)  # type: ignore[arg-type]  # the schema's fields are PartyFields
    return read_whole(work, create_whole(work, new).id)


@blueprint.get("/parties/<uuid:party_id>")
@requires(READ)
@reads(schemas.PartySchema)
def party(work: UnitOfWork, party_id: UUID) -> WholeParty:
    """One party with all that belongs to it."""
    return read_whole(work, party_id)


@blueprint.patch("/parties/<uuid:party_id>")
@requires(WRITE)
@writes(schemas.PartySchema, takes=schemas.ChangedPartySchema)
def change_party(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> WholeParty:
    """Change the fields that are sent; ``active`` false archives."""
    check_if_match(fetch(work, Party, party_id, lock=True))
    roles, active = body.pop("roles", None), body.pop("active", None)
    services.change_party(work, party_id, body)  # type: ignore[arg-type]  # as above
    if roles is not None:
        services.set_roles(work, party_id, roles)
    if active is not None:
        (services.restore_party if active else services.archive_party)(work, party_id)
    return read_whole(work, party_id)


@blueprint.get("/parties/<uuid:party_id>/timeline")
@requires(READ)
@lists(timeline_of(UUID(int=0)), schemas.LineSchema)
def timeline(work: UnitOfWork, query: ListQuery, party_id: UUID) -> Page:
    """What happened with a party, newest first."""
    story = read_story(work, party_id, query)
    return Page([_shown(line) for line in story.lines], story.next)  # type: ignore[misc]  # mappings, which the schema dumps


@blueprint.post("/parties/<uuid:party_id>/notes")
@requires(WRITE)
@writes(schemas.InteractionSchema, takes=schemas.NewNoteSchema, status=201)
def add_note(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> Interaction:
    """Write a note."""
    return services.add_note(work, party_id, body["text"])


@blueprint.post("/parties/<uuid:party_id>/interactions")
@requires(WRITE)
@writes(schemas.InteractionSchema, takes=schemas.NewInteractionSchema, status=201)
def add_interaction(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> Interaction:
    """Keep a call, mail, meeting, visit or chat."""
    return services.add_interaction(work, party_id, body)  # type: ignore[arg-type]  # as above


@blueprint.post("/parties/<uuid:party_id>/addresses")
@requires(WRITE)
@writes(schemas.AddressSchema, takes=schemas.NewAddressSchema, status=201)
def add_address(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> Address:
    """Add an address."""
    return services.add_address(work, party_id, body)  # type: ignore[arg-type]  # as above


@blueprint.patch("/addresses/<uuid:address_id>")
@requires(WRITE)
@writes(schemas.AddressSchema, takes=schemas.NewAddressSchema)
def change_address(work: UnitOfWork, body: dict[str, Any], address_id: UUID) -> Address:
    """Change an address."""
    check_if_match(fetch(work, Address, address_id, lock=True))
    return services.change_address(work, address_id, body)  # type: ignore[arg-type]  # as above


@blueprint.delete("/addresses/<uuid:address_id>")
@requires(WRITE)
@writes(None)
def remove_address(work: UnitOfWork, address_id: UUID) -> None:
    """Remove an address; orders that went there keep it."""
    services.remove_address(work, address_id)


@blueprint.post("/parties/<uuid:party_id>/contact-points")
@requires(WRITE)
@writes(schemas.ContactPointSchema, takes=schemas.NewContactPointSchema, status=201)
def add_contact_point(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> ContactPoint:
    """Add a phone number, e-mail address, website or other way to reach a party."""
    return services.add_contact_point(work, party_id, body)  # type: ignore[arg-type]  # as above


@blueprint.patch("/contact-points/<uuid:point_id>")
@requires(WRITE)
@writes(schemas.ContactPointSchema, takes=schemas.ChangedContactPointSchema)
def change_contact_point(work: UnitOfWork, body: dict[str, Any], point_id: UUID) -> ContactPoint:
    """Change a contact point."""
    check_if_match(fetch(work, ContactPoint, point_id, lock=True))
    return services.change_contact_point(work, point_id, body)  # type: ignore[arg-type]  # as above


@blueprint.delete("/contact-points/<uuid:point_id>")
@requires(WRITE)
@writes(None)
def remove_contact_point(work: UnitOfWork, point_id: UUID) -> None:
    """Remove a contact point."""
    services.remove_contact_point(work, point_id)


@blueprint.post("/parties/<uuid:party_id>/relations")
@requires(WRITE)
@writes(schemas.MadeRelationSchema, takes=schemas.NewRelationSchema, status=201)
def add_relation(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> PartyRelation:
    """Say how a party stands to another: works for, reports to, buys for, influences."""
    other = body.pop("other_id")
    return services.add_relation(work, party_id, other, body)  # type: ignore[arg-type]  # as above


@blueprint.delete("/relations/<uuid:relation_id>")
@requires(WRITE)
@writes(None)
def remove_relation(work: UnitOfWork, relation_id: UUID) -> None:
    """Remove a relation."""
    services.remove_relation(work, relation_id)


def _shown(line: Line) -> dict[str, Any]:
    names = schemas.LineSchema().fields.keys() - {"href"}
    return {**{name: getattr(line, name) for name in names}, "href": href_of(line)}
