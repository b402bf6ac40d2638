"""What contacts does for a party when a journey or a rule of another module asks."""

from __future__ import annotations

from datetime import timedelta

from marshmallow import Schema, fields, validate

from core.clock import utcnow
from core.deeds import Asked, Deed
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.contacts import words
from modules.contacts.kinds import PARTY
from modules.contacts.rules import ActivityKind
from modules.contacts.services.activities import plan_activity


class PlanSettings(Schema):
    kind = fields.Enum(
        ActivityKind,
        by_value=True,
        required=True,
        metadata={"title": _l("Kind"), "choices": words.choices(words.ACTIVITIES)},
    )
    summary = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={"title": _l("What is to be done"), "help": _l("By who looks after the party.")},
    )
    in_days = fields.Integer(
        load_default=1,
        validate=validate.Range(min=0, max=365),
        metadata={"title": _l("Due in days")},
    )


def _plan(asked: Asked, work: UnitOfWork) -> None:
    """Settings come loaded, or as they were kept: plain JSON."""
    wish = asked.settings
    plan_activity(
        work,
        asked.record_id,
        {
            "kind": ActivityKind(wish["kind"]),
            "summary": wish["summary"],
            "note": asked.reason,
            "due_at": utcnow() + timedelta(days=int(wish.get("in_days", 1))),
        },
        key=asked.key,
    )


PLAN = Deed(
    name="contacts.plan_activity",
    title=_l("Plan a next step"),
    subject=PARTY,
    permission="contacts.write",
    settings=PlanSettings,
    run=_plan,
)
