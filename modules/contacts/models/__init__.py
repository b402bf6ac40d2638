"""The customer database: one table of parties for every module and every connection."""

from __future__ import annotations

from modules.contacts.models.activity import Activity
from modules.contacts.models.address import Address, AddressKey, ContactPoint
from modules.contacts.models.merge import Merge, MergeMove
from modules.contacts.models.party import ExternalIdentity, Party, PartyRelation, PartyRole
from modules.contacts.models.timeline import Interaction, TimelineEntry

__all__ = [
    "Activity",
    "Address",
    "AddressKey",
    "ContactPoint",
    "ExternalIdentity",
    "Interaction",
    "Merge",
    "MergeMove",
    "Party",
    "PartyRelation",
    "PartyRole",
    "TimelineEntry",
]
