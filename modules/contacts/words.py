"""How the module's enums are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.sync.documents import PartyKind
from core.web.atoms import Chip
from core.web.i18n import gettext
from core.web.i18n import lazy as _l
from core.web.light import Tone
from modules.contacts.rules import (
    ActivityKind,
    Channel,
    Direction,
    Influence,
    PointKind,
    RelationKind,
    Role,
)
from modules.contacts.rules.likeness import Reason, Sign

KINDS: Mapping[StrEnum, str] = {
    PartyKind.ORGANISATION: _l("Organisation"),
    PartyKind.PERSON: _l("Person"),
}
ROLES: Mapping[StrEnum, Chip] = {
    Role.CUSTOMER: Chip(_l("Customer"), Tone.GREEN),
    Role.PROSPECT: Chip(_l("Prospect"), Tone.BLUE),
    Role.SUPPLIER: Chip(_l("Supplier")),
    Role.PARTNER: Chip(_l("Partner")),
    Role.COMPETITOR: Chip(_l("Competitor")),
    Role.EMPLOYEE: Chip(_l("Employee")),
}
POINTS: Mapping[StrEnum, str] = {
    PointKind.EMAIL: _l("E-mail"),
    PointKind.PHONE: _l("Phone"),
    PointKind.MOBILE: _l("Mobile"),
    PointKind.WEBSITE: _l("Website"),
    PointKind.OTHER: _l("Other"),
}
CHANNELS: Mapping[StrEnum, str] = {
    Channel.NOTE: _l("Note"),
    Channel.CALL: _l("Call"),
    Channel.MAIL: _l("Mail"),
    Channel.MEETING: _l("Meeting"),
    Channel.VISIT: _l("Visit"),
    Channel.CHAT: _l("Chat"),
}
DIRECTIONS: Mapping[StrEnum, str] = {
    Direction.IN: _l("From them to us"),
    Direction.OUT: _l("From us to them"),
}
#: The party at hand stands so to the other; and the other way round.
RELATIONS: Mapping[StrEnum, str] = {
    RelationKind.WORKS_FOR: _l("Works for"),
    RelationKind.REPORTS_TO: _l("Reports to"),
    RelationKind.INFLUENCES: _l("Influences"),
    RelationKind.BUYS_FOR: _l("Buys for"),
}
REVERSED: Mapping[StrEnum, str] = {
    RelationKind.WORKS_FOR: _l("Employs"),
    RelationKind.REPORTS_TO: _l("Leads"),
    RelationKind.INFLUENCES: _l("Is influenced by"),
    RelationKind.BUYS_FOR: _l("Is bought for by"),
}
INFLUENCES: Mapping[StrEnum, str] = {
    Influence.LOW: _l("Low"),
    Influence.MEDIUM: _l("Medium"),
    Influence.HIGH: _l("High"),
}
ACTIVITIES: Mapping[StrEnum, str] = {
    ActivityKind.CALL: _l("Call"),
    ActivityKind.MAIL: _l("Mail"),
    ActivityKind.MEETING: _l("Meeting"),
    ActivityKind.VISIT: _l("Visit"),
    ActivityKind.TO_DO: _l("To do"),
}
ACTIVITY_ICONS: Mapping[StrEnum, str] = {
    ActivityKind.CALL: "phone",
    ActivityKind.MAIL: "mail",
    ActivityKind.MEETING: "calendar-event",
    ActivityKind.VISIT: "map-pin",
    ActivityKind.TO_DO: "checks",
}
OPEN, OVERDUE = Chip(_l("Open"), Tone.BLUE), Chip(_l("Overdue"), Tone.RED)
DONE, DROPPED = Chip(_l("Done"), Tone.GREEN), Chip(_l("Dropped"))
#: As the list of activities filters by them.
ACTIVITY_STATES: Mapping[str, str] = {
    "open": OPEN.label,
    "overdue": OVERDUE.label,
    "done": DONE.label,
    "dropped": DROPPED.label,
}
_SIGNS: Mapping[Sign, str] = {
    Sign.TAX_ID: _l("same tax id"),
    Sign.EMAIL: _l("same e-mail address %(value)s"),
    Sign.PHONE: _l("same phone number %(value)s"),
    Sign.NAME: _l("name alike by %(per_cent)s %%"),
    Sign.DOMAIN: _l("same mail domain %(value)s"),
}
#: Fields one chooses between when two parties are merged, and what comes along.
MERGED_FIELDS: Mapping[str, str] = {
    "name": _l("Name"),
    "kind": _l("Kind"),
    "number": _l("Number"),
    "tax_id": _l("Tax id"),
    "language": _l("Language"),
    "owner_id": _l("Owner"),
    "note": _l("Note"),
}
BROUGHT: Mapping[str, str] = {
    "addresses": _l("Addresses"),
    "contact_points": _l("Contact points"),
    "roles": _l("Roles"),
    "timeline": _l("Lines of the timeline"),
    "next_steps": _l("Next steps"),
    "identities": _l("Names in other systems"),
}
#: Icons of the timeline, by the first part of a line's kind that is known.
ICONS: Mapping[str, str] = {
    "contacts.note": "note",
    "contacts.call": "phone",
    "contacts.mail": "mail",
    "contacts.meeting": "calendar-event",
    "contacts.visit": "map-pin",
    "contacts.chat": "message",
    "sales": "shopping-cart",
    "billing": "file-invoice",
    "stock": "truck",
}


def choices(words: Mapping[StrEnum, str]) -> dict[str, str]:
    """As a form's field takes them."""
    return {key.value: label for key, label in words.items()}


def icon_of(kind: str) -> str:
    return ICONS.get(kind) or ICONS.get(kind.partition(".")[0], "circle-dot")


def why(reasons: tuple[Reason, ...]) -> str:
    """Why two look alike, in one line."""
    return ", ".join(
        gettext(_SIGNS[reason.sign], value=reason.value, per_cent=reason.per_cent)
        for reason in reasons
    )
