"""What a planned next step may be."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from core.web.i18n import gettext as _
from modules.contacts.rules.facts import Channel, Direction, text, tidied


class ActivityKind(StrEnum):
    CALL = "call"
    MAIL = "mail"
    MEETING = "meeting"
    VISIT = "visit"
    TO_DO = "to_do"


class ActivityFields(TypedDict, total=False):
    kind: ActivityKind
    summary: str
    note: str
    due_at: datetime
    assignee_id: UUID | None


#: What the timeline calls an activity once it is done.
DONE_AS: dict[ActivityKind, tuple[Channel, Direction | None]] = {
    ActivityKind.CALL: (Channel.CALL, Direction.OUT),
    ActivityKind.MAIL: (Channel.MAIL, Direction.OUT),
    ActivityKind.MEETING: (Channel.MEETING, None),
    ActivityKind.VISIT: (Channel.VISIT, None),
    ActivityKind.TO_DO: (Channel.NOTE, None),
}


def clean_activity(fields: ActivityFields) -> ActivityFields:
    """Raise Invalid naming each field at fault."""
    summary = text(500, needed=_("Say what is to be done."))
    return tidied(fields, {"summary": summary, "note": text(10_000)})
