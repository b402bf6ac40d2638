"""Planned next steps: plan, do, drop, and take either back.

Other modules plan by ``plan_activity``, or by name through the deed ``contacts.plan_activity``.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from core.clock import utcnow
from core.companies import fetch, home
from core.errors import Invalid, RuleBroken
from core.security.models import User
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Activity, Interaction, Party, TimelineEntry
from modules.contacts.rules import ActivityFields, ActivityKind, clean_activity
from modules.contacts.rules.activities import DONE_AS
from modules.contacts.services.interactions import add_interaction
from modules.contacts.services.timeline import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The record an activity belongs to: its kind, like ``sales.opportunity``, key and page."""

    kind: str
    id: UUID
    link: Link | None = None


def plan_activity(
    work: UnitOfWork,
    party_id: UUID | None,
    fields: ActivityFields,
    *,
    about: About | None = None,
    key: str | None = None,
) -> Activity:
    """Needs ``kind``, ``summary`` and ``due_at``; the party's owner does it, unless it says who.

    Planned again with the same ``key`` (at most 200 characters), it is the activity planned first.
    Without a party, ``about`` says what it is for.
    """
    party = fetch(work, Party, party_id, lock=True) if party_id else None
    company = party.company_id if party else home(work)
    if key and (known := _planned(work, company, key)):
        return known
    tidy = clean_activity({"kind": ActivityKind.TO_DO, "summary": "", **fields})
    tidy.setdefault("assignee_id", party.owner_id if party else None)
    _check_assignee(work, tidy)
    link = about.link if about else None
    activity = Activity(
        company_id=company,
        party_id=party_id,
        about_kind=about.kind if about else None,
        about_id=about.id if about else None,
        link=link.endpoint if link else None,
        link_params=dict(link.params) if link else {},
        key=key,
        **tidy,
    )
    work.session.add(activity)
    work.session.flush()
    return activity


def change_activity(
    work: UnitOfWork, activity_id: UUID, fields: ActivityFields, *, version: int | None = None
) -> Activity:
    activity = _open(work, activity_id)
    check_version(activity, version)
    tidy = clean_activity(fields)
    _check_assignee(work, tidy)
    for name, value in tidy.items():
        setattr(activity, name, value)
    work.session.flush()
    return activity


def finish_activity(work: UnitOfWork, activity_id: UUID, outcome: str = "") -> Activity:
    """Done: from now on an interaction on the party's timeline, with its outcome."""
    activity = _open(work, activity_id)
    channel, direction = DONE_AS[activity.kind]
    if activity.party_id is not None:
        said = add_interaction(
            work,
            activity.party_id,
            {
                "channel": channel,
                "direction": direction,
                "text": activity.summary,
                "outcome": outcome,
            },
        )
        activity.interaction_id = said.id
    activity.closed_at, activity.done, activity.outcome = utcnow(), True, outcome.strip()
    work.session.flush()
    return activity


def drop_activity(work: UnitOfWork, activity_id: UUID) -> Activity:
    """Nobody will do it; nothing is told on the timeline."""
    activity = _open(work, activity_id)
    activity.closed_at = utcnow()
    work.session.flush()
    return activity


def reopen_activity(work: UnitOfWork, activity_id: UUID) -> Activity:
    """Takes back that it was done or dropped; what it told on the timeline goes too."""
    activity = fetch(work, Activity, activity_id, lock=True)
    told, activity.interaction_id = activity.interaction_id, None
    activity.closed_at, activity.done, activity.outcome = None, False, ""
    work.session.flush()
    if told is not None:
        entries = delete(TimelineEntry).where(TimelineEntry.interaction_id == told)
        work.session.execute(entries)
        work.session.delete(work.session.get_one(Interaction, told))
    return activity


def hand_over(work: UnitOfWork, about: About, party_id: UUID) -> None:
    """The record's party is known now: its open activities are with that party."""
    mine = select(Activity).where(Activity.about_kind == about.kind, Activity.about_id == about.id)
    for activity in work.session.scalars(mine.where(Activity.party_id.is_(None))):
        activity.party_id = party_id


def _open(work: UnitOfWork, activity_id: UUID) -> Activity:
    activity = fetch(work, Activity, activity_id, lock=True)
    if activity.closed_at is not None:
        raise RuleBroken(_("This is closed already; reopen it first."))
    return activity


def _planned(work: UnitOfWork, company: UUID, key: str) -> Activity | None:
    known = select(Activity).where(Activity.company_id == company, Activity.key == key)
    return work.session.scalar(known)


def _check_assignee(work: UnitOfWork, fields: ActivityFields) -> None:
    assignee = fields.get("assignee_id")
    if assignee is not None and work.session.get(User, assignee) is None:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"assignee_id": _("There is no such colleague.")},
        )
