"""What an admin enters to connect a Tryton."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, fields, post_load, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class TrytonSettings:
    url: str
    database: str
    user: str
    password: str = field(repr=False)
    #: Code of the warehouse we sell from; empty is the ERP's first.
    warehouse: str = ""
    #: UN/ECE code to a unit's symbol over there, where the connector's own table is not enough.
    units: Mapping[str, str] = field(default_factory=dict)


class TrytonSettingsSchema(Schema):
    url = fields.Url(
        required=True,
        # An ERP in a private network has a name without dots.
        require_tld=False,
        schemes={"http", "https"},
        # The address is shown and logged; a password inside it would be, too.
        validate=validate.Regexp(
            r"^[^@]*$", error="Without user and password: these have fields of their own."
        ),
        metadata={"title": "Address", "help": "Like https://erp.example.com:8000"},
    )
    database = fields.Str(
        required=True,
        validate=validate.Regexp(
            r"^[^/?#\s]+$", error="A database name has no spaces and no slashes."
        ),
        metadata={"title": "Database", "help": "The database's name on that server"},
    )
    user = fields.Str(
        required=True,
        validate=validate.Length(min=1),
        metadata={"title": "User", "help": "A user of its own for the CRM, no administrator"},
    )
    password = fields.Str(
        required=True,
        validate=validate.Length(min=1),
        metadata={"title": "Password", "secret": True},
    )
    warehouse = fields.Str(
        load_default="",
        metadata={
            "title": "Warehouse",
            "help": "Code of the warehouse you sell from; empty is the first one",
        },
    )
    units = fields.Dict(
        keys=fields.Str(validate=validate.Regexp(r"^[A-Z0-9]{2,3}$")),
        values=fields.Str(),
        load_default=dict,
        metadata={
            "title": "Units",
            "help": "UN/ECE code to the unit's symbol in Tryton, for units not known already",
        },
    )

    @post_load
    def _made(self, data: dict[str, Any], **_kwargs: Any) -> TrytonSettings:
        return TrytonSettings(**data)
