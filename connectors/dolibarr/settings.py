"""What an admin enters to connect a Dolibarr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class DolibarrSettings:
    url: str
    login: str
    password: str = field(repr=False)
    soap_key: str = field(repr=False)
    rest_key: str = field(repr=False)
    currency: str
    warehouse: str
    zone: ZoneInfo
    #: Dolibarr's number of the company in a shared installation.
    entity: str = "1"
    #: UN/ECE code to the number of a unit over there.
    units: Mapping[str, str] = field(default_factory=dict)


def _known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("No time zone has this name.")


_NUMBER = validate.Regexp(r"^[1-9][0-9]*$", error="A number, like 3.")


def _filled(title: str, words: str = "", *, secret: bool = False) -> fields.Str:
    metadata: dict[str, object] = {"title": title}
    if words:
        metadata["help"] = words
    if secret:
        metadata["secret"] = True
    return fields.Str(required=True, validate=validate.Length(min=1), metadata=metadata)


class DolibarrSettingsSchema(Schema):
    url = fields.Url(
        required=True,
        # An ERP in a private network has a name without dots.
        require_tld=False,
        schemes={"http", "https"},
        # The address is shown and logged; a password inside it would be, too.
        validate=validate.Regexp(
            r"^[^@?#]*$", error="Without user and password: these have fields of their own."
        ),
        metadata={
            "title": "Address",
            "help": "Where people open Dolibarr, like https://erp.example.com/dolibarr",
        },
    )
    login = _filled("Login", "A user of its own for the CRM, no administrator")
    password = _filled("Password", secret=True)
    soap_key = _filled(
        "Key of the web services", "Set up, Modules, Web services: the key for SOAP", secret=True
    )
    rest_key = _filled(
        "API key", "Of the same user: on the user's page, for the REST API", secret=True
    )
    currency = fields.Str(
        required=True,
        validate=validate.Regexp(r"^[A-Z]{3}$", error="Three letters, like EUR."),
        metadata={"title": "Currency", "help": "The company's own in Dolibarr, like EUR"},
    )
    warehouse = fields.Str(
        required=True,
        validate=_NUMBER,
        metadata={
            "title": "Warehouse",
            "help": "Number of the one you sell from: the id in the address of its page",
        },
    )
    time_zone = fields.Str(
        load_default="UTC",
        validate=_known_zone,
        metadata={
            "title": "Time zone of the server",
            "help": "date.timezone of its PHP, like Europe/Paris; Dolibarr says local times",
        },
    )
    entity = fields.Str(
        load_default="1",
        validate=_NUMBER,
        metadata={"title": "Company number", "help": "1, unless several companies share it"},
    )
    units = fields.Dict(
        keys=fields.Str(validate=validate.Regexp(r"^[A-Z0-9]{2,3}$")),
        values=fields.Str(validate=_NUMBER),
        load_default=dict,
        metadata={
            "title": "Units",
            "help": "UN/ECE code to the number of the unit in Dolibarr; without one it is pieces",
        },
    )

    @post_load
    def _made(self, data: dict[str, Any], **_kwargs: Any) -> DolibarrSettings:
        zone = ZoneInfo(data.pop("time_zone"))
        return DolibarrSettings(**{**data, "url": data["url"].rstrip("/"), "zone": zone})
