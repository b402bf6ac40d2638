"""What the API shows of parties and takes for them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate
from typing_extensions import override

from core.api.fields import Id, Moment, Words
from core.sync.documents import PartyKind
from modules.contacts.rules import (
    Channel,
    Direction,
    Influence,
    PointKind,
    RelationKind,
    Role,
)


class Roles(fields.List[Role]):
    """Also from a list's row, where the roles are one text."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(fields.Enum(Role, by_value=True), **rest)

    @override
    def _serialize(self, value: Any, attr: str | None, obj: Any, **rest: Any) -> Any:
        held = value.split() if isinstance(value, str) else value or ()
        return sorted(str(role) for role in held)


class PartyLineSchema(Schema):
    """A party in a list."""

    id = Id()
    kind = fields.Enum(PartyKind, by_value=True)
    name = fields.String()
    number = fields.String(allow_none=True)
    tax_id = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    owner_id = Id(allow_none=True)
    owner = fields.String(allow_none=True)
    active = fields.Boolean()
    roles = Roles(dump_default=[])
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    city = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    source = fields.String(metadata={"description": "`tandem`, or the connection it came through."})
    observed_at = Moment()
    created_at = Moment()
    updated_at = Moment()
    version = fields.Integer()


class AddressSchema(Schema):
    id = Id()
    party_id = Id()
    street = fields.String()
    postal_code = fields.String()
    city = fields.String()
    region = fields.String()
    country = fields.String()
    billing = fields.Boolean()
    shipping = fields.Boolean()
    source = fields.String()
    version = fields.Integer()


class ContactPointSchema(Schema):
    id = Id()
    party_id = Id()
    kind = fields.Enum(PointKind, by_value=True)
    value = fields.String()
    label = fields.String()
    preferred = fields.Boolean()
    source = fields.String()
    version = fields.Integer()


class RelationSchema(Schema):
    """``forward``: this party stands in ``kind`` to the other; else the other way round."""

    id = Id()
    kind = fields.Enum(RelationKind, by_value=True)
    forward = fields.Boolean()
    other_id = Id()
    other = fields.String()
    title = fields.String()
    influence = fields.Enum(Influence, by_value=True, allow_none=True)
    version = fields.Integer()


class NewRelationSchema(Schema):
    other_id = Id(required=True)
    kind = fields.Enum(RelationKind, by_value=True, required=True)
    title = Words(120)
    influence = fields.Enum(Influence, by_value=True, allow_none=True)


class MadeRelationSchema(Schema):
    id = Id()
    party_id = Id()
    other_id = Id()
    kind = fields.Enum(RelationKind, by_value=True)
    title = fields.String()
    influence = fields.Enum(Influence, by_value=True, allow_none=True)
    version = fields.Integer()


class InErpSchema(Schema):
    connection = fields.String()
    external_id = fields.String(allow_none=True)
    number = fields.String(allow_none=True)
    state = fields.String(attribute="delivery", allow_none=True)
    message = fields.String()


class IdentitySchema(Schema):
    system = fields.String()
    entity = fields.String()
    external_id = fields.String()
    status = fields.String()


class PartySchema(Schema):
    """A party with all that belongs to it."""

    id = Id(attribute="party.id")
    kind = fields.Enum(PartyKind, by_value=True, attribute="party.kind")
    name = fields.String(attribute="party.name")
    number = fields.String(attribute="party.number", allow_none=True)
    tax_id = fields.String(attribute="party.tax_id", allow_none=True)
    language = fields.String(attribute="party.language", allow_none=True)
    owner_id = Id(attribute="party.owner_id", allow_none=True)
    owner = fields.String(allow_none=True)
    active = fields.Boolean(attribute="party.active")
    note = fields.String(attribute="party.note")
    roles = Roles()
    addresses = fields.List(fields.Nested(AddressSchema))
    contact_points = fields.List(fields.Nested(ContactPointSchema))
    relations = fields.List(fields.Nested(RelationSchema))
    identities = fields.List(fields.Nested(IdentitySchema))
    links = fields.List(fields.Nested(InErpSchema), attribute="in_erps")
    source = fields.String(attribute="party.source")
    observed_at = Moment(attribute="party.observed_at")
    created_at = Moment(attribute="party.created_at")
    updated_at = Moment(attribute="party.updated_at")
    version = fields.Integer()


class NewAddressSchema(Schema):
    street = Words(500)
    postal_code = Words(32)
    city = Words(120)
    region = Words(120)
    country = Words(2)
    billing = fields.Boolean()
    shipping = fields.Boolean()


class NewContactPointSchema(Schema):
    kind = fields.Enum(PointKind, by_value=True, required=True)
    value = Words(320, least=1, required=True)
    label = Words(120)
    preferred = fields.Boolean()


class ChangedContactPointSchema(Schema):
    kind = fields.Enum(PointKind, by_value=True)
    value = Words(320, least=1)
    label = Words(120)
    preferred = fields.Boolean()


class ChangedPartySchema(Schema):
    """Fields that are left out stay as they are."""

    kind = fields.Enum(PartyKind, by_value=True)
    name = Words(200, least=1)
    number = Words(64, allow_none=True)
    tax_id = Words(64, allow_none=True)
    language = Words(16, allow_none=True)
    owner_id = Id(allow_none=True)
    note = Words(10_000)
    active = fields.Boolean(metadata={"description": "`false` archives the party."})
    roles = Roles()


class NewPartySchema(ChangedPartySchema):
    class Meta:
        exclude = ("active",)

    name = Words(200, least=1, required=True)
    addresses = fields.List(fields.Nested(NewAddressSchema), validate=validate.Length(max=20))
    contact_points = fields.List(
        fields.Nested(NewContactPointSchema), validate=validate.Length(max=20)
    )


class NewNoteSchema(Schema):
    text = Words(20_000, least=1, required=True)


class NewInteractionSchema(Schema):
    channel = fields.Enum(Channel, by_value=True, required=True)
    direction = fields.Enum(Direction, by_value=True, allow_none=True)
    text = Words(20_000, least=1, required=True)
    outcome = Words(500)
    next_step = Words(500)
    next_on = fields.Date(allow_none=True)
    happened_at = Moment()


class InteractionSchema(Schema):
    id = Id()
    party_id = Id()
    channel = fields.Enum(Channel, by_value=True)
    direction = fields.Enum(Direction, by_value=True, allow_none=True)
    text = fields.String()
    outcome = fields.String()
    next_step = fields.String()
    next_on = fields.Date(allow_none=True)
    happened_at = Moment()
    author = fields.String()
    version = fields.Integer()


class LineSchema(Schema):
    """A line of the timeline; ``title`` is in the caller's language."""

    id = Id()
    kind = fields.String()
    happened_at = Moment()
    title = fields.String()
    text = fields.String()
    outcome = fields.String()
    next_step = fields.String()
    next_on = fields.Date(allow_none=True)
    href = fields.String(allow_none=True)
    source = fields.String()
    author = fields.String()
