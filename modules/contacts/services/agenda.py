"""Lists of planned next steps, the first due on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, not_, select

from core.api.listing import Listing
from core.clock import utcnow
from core.companies import visible
from core.security.models import User
from core.work import UnitOfWork
from modules.contacts.models import Activity, Party

_ASSIGNEE = select(User.name).where(User.id == Activity.assignee_id).scalar_subquery()
_PARTY = select(Party.name).where(Party.id == Activity.party_id).scalar_subquery()

_ROWS: Select[*tuple[Any, ...]] = select(
    Activity.id,
    Activity.kind,
    Activity.summary,
    Activity.note,
    Activity.due_at,
    Activity.assignee_id,
    _ASSIGNEE.label("assignee"),
    Activity.party_id,
    _PARTY.label("party"),
    Activity.about_kind,
    Activity.about_id,
    Activity.link.label("endpoint"),
    Activity.link_params,
    Activity.closed_at,
    Activity.done,
    Activity.outcome,
    Activity.version,
)
_OPEN = Activity.closed_at.is_(None)


def _state(text: str) -> ColumnElement[bool]:
    known: dict[str, ColumnElement[bool]] = {
        "open": _OPEN,
        "overdue": and_(_OPEN, Activity.due_at < utcnow()),
        "done": Activity.done.is_(True),
        "dropped": and_(not_(_OPEN), Activity.done.is_(False)),
    }
    if text not in known:
        raise ValueError(", ".join(known))
    return known[text]


ACTIVITIES = Listing(
    name="activities",
    statement=_ROWS,
    sorts={"due_at": Activity.due_at, "closed_at": Activity.closed_at},
    default="due_at",
    filters={
        "state": _state,
        "assignee_id": Activity.assignee_id,
        "kind": Activity.kind,
        "party_id": Activity.party_id,
        "about_kind": Activity.about_kind,
        "about_id": Activity.about_id,
    },
    search=lambda text: Activity.summary.icontains(text.strip(), autoescape=True),
)


def open_steps(
    work: UnitOfWork, which: ColumnElement[bool], *, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The overdue first, since they were due first."""
    found = _ROWS.where(_OPEN, which).order_by(Activity.due_at, Activity.id).limit(limit)
    return work.session.execute(visible(work, found)).all()


def of_person(person: UUID) -> ColumnElement[bool]:
    return Activity.assignee_id == person


def of_party(party_id: UUID) -> ColumnElement[bool]:
    return Activity.party_id == party_id


def of_record(kind: str, record_id: UUID) -> ColumnElement[bool]:
    return and_(Activity.about_kind == kind, Activity.about_id == record_id)
