"""The verbs of parties. Nothing here commits; whoever opened the unit of work does."""

from __future__ import annotations

from modules.contacts.services.activities import (
    About,
    change_activity,
    drop_activity,
    finish_activity,
    plan_activity,
    reopen_activity,
)
from modules.contacts.services.interactions import add_interaction, add_note
from modules.contacts.services.parties import (
    archive_party,
    change_party,
    create_party,
    restore_party,
    set_roles,
)
from modules.contacts.services.reach import (
    add_address,
    add_contact_point,
    change_address,
    change_contact_point,
    remove_address,
    remove_contact_point,
)
from modules.contacts.services.relations import add_relation, remove_relation
from modules.contacts.services.timeline import Link, Phrase, phrase, record

__all__ = [
    "About",
    "Link",
    "Phrase",
    "add_address",
    "add_contact_point",
    "add_interaction",
    "add_note",
    "add_relation",
    "archive_party",
    "change_activity",
    "change_address",
    "change_contact_point",
    "change_party",
    "create_party",
    "drop_activity",
    "finish_activity",
    "phrase",
    "plan_activity",
    "record",
    "remove_address",
    "remove_contact_point",
    "remove_relation",
    "reopen_activity",
    "restore_party",
    "set_roles",
]
