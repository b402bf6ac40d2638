"""Accounts of the portal on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from core.api.fields import Id, Moment


class AccountSchema(Schema):
    id = Id()
    party_id = Id()
    email = fields.String()
    name = fields.String()
    accepted_at = Moment(allow_none=True)
    seen_at = Moment(allow_none=True)
    closed = fields.Boolean()
    version = fields.Integer()


class InviteSchema(Schema):
    party_id = Id(required=True)
    email = fields.String(required=True, validate=validate.Length(3, 254))
    name = fields.String(required=True, validate=validate.Length(1, 200))
