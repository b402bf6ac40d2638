"""Queues, calendars, policies and ready-made replies, as those who manage the service set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, select

from core.companies import fetch, home, visible
from core.db.base import Record
from core.errors import Invalid
from core.jobs.queue import enqueue
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.service.models import (
    BusinessCalendar,
    CannedReply,
    EscalationStep,
    Holiday,
    Queue,
    QueueMember,
    SlaPolicy,
)

#: The job that works out the dues anew after a policy or a calendar changed.
RECKON = "service.reckon"


K = TypeVar("K", Queue, BusinessCalendar, SlaPolicy, CannedReply)


def add(work: UnitOfWork, model: type[K], values: Mapping[str, Any]) -> K:
    record = model(company_id=home(work), **values)
    _check_name(work, model, record.company_id, values, own=None)
    work.session.add(record)
    work.session.flush()
    _changed(work, record)
    return record


def change(
    work: UnitOfWork,
    model: type[K],
    key: UUID,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
) -> K:
    """Raise Stale, or Invalid when the name is another's."""
    record: K = fetch(work, model, key, lock=True)
    check_version(record, version)
    _check_name(work, model, record.company_id, values, own=key)
    for name, value in values.items():
        setattr(record, name, value)
    work.session.flush()
    _changed(work, record)
    return record


def _check_name(
    work: UnitOfWork, model: type[K], company_id: UUID, values: Mapping[str, Any], own: UUID | None
) -> None:
    with work.session.no_autoflush:
        same = select(model.id).where(
            model.company_id == company_id, model.name == values.get("name")
        )
        other = work.session.scalar(same)
    if other is not None and other != own:
        raise Invalid(
            _("Please look at the marked fields."), fields={"name": _("This name is taken.")}
        )


def _changed(work: UnitOfWork, record: Record) -> None:
    if isinstance(record, SlaPolicy | BusinessCalendar):
        reckon_soon(work, record.company_id)


def reckon_soon(work: UnitOfWork, company_id: UUID) -> None:
    enqueue(work, RECKON, {"company": str(company_id)}, key=str(company_id))


def set_members(work: UnitOfWork, queue_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Exactly these from now on."""
    work.session.execute(delete(QueueMember).where(QueueMember.queue_id == queue_id))
    work.session.add_all(QueueMember(queue_id=queue_id, user_id=key) for key in set(user_ids))
    work.session.flush()


def set_holidays(work: UnitOfWork, calendar: BusinessCalendar, days: Mapping[date, str]) -> None:
    """Exactly these from now on; the dues follow."""
    work.session.execute(delete(Holiday).where(Holiday.calendar_id == calendar.id))
    work.session.add_all(
        Holiday(calendar_id=calendar.id, day=day, name=name[:120]) for day, name in days.items()
    )
    work.session.flush()
    reckon_soon(work, calendar.company_id)


def holidays_of(work: UnitOfWork, calendar_id: UUID) -> dict[date, str]:
    days = select(Holiday.day, Holiday.name).where(Holiday.calendar_id == calendar_id)
    return dict(work.session.execute(days.order_by(Holiday.day)).tuples().all())


def add_step(work: UnitOfWork, policy_id: UUID, wish: Mapping[str, Any]) -> EscalationStep:
    policy = fetch(work, SlaPolicy, policy_id)
    step = EscalationStep(policy_id=policy.id, **wish)
    work.session.add(step)
    work.session.flush()
    reckon_soon(work, policy.company_id)
    return step


def remove_step(work: UnitOfWork, policy_id: UUID, step_id: UUID) -> None:
    policy = fetch(work, SlaPolicy, policy_id)
    step = EscalationStep.id == step_id, EscalationStep.policy_id == policy.id
    work.session.execute(delete(EscalationStep).where(*step))
    reckon_soon(work, policy.company_id)


def steps_of(work: UnitOfWork, policy_id: UUID) -> Sequence[EscalationStep]:
    steps = select(EscalationStep).where(EscalationStep.policy_id == policy_id)
    return work.session.scalars(steps.order_by(EscalationStep.percent, EscalationStep.id)).all()


def queues(work: UnitOfWork) -> Sequence[Queue]:
    """Those in use, by name."""
    found = visible(work, select(Queue).where(Queue.active).order_by(Queue.name).limit(200))
    return work.session.scalars(found).all()


def first_queue(work: UnitOfWork, company_id: UUID) -> Queue:
    """The oldest one in use; made when the company has none."""
    found = select(Queue).where(Queue.company_id == company_id, Queue.active)
    queue = work.session.scalar(found.order_by(Queue.id).limit(1))
    if queue is None:
        queue = Queue(company_id=company_id, name=_("Service"), last_assignee_id=None)
        work.session.add(queue)
        work.session.flush()
    return queue


def queue_of_slug(work: UnitOfWork, slug: str) -> Queue | None:
    return work.session.scalar(select(Queue).where(Queue.slug == slug, Queue.active))
