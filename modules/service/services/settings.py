"""Queues, calendars, policies and ready-made replies, as those who manage the service set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import delete, select

from core.companies import Company, fetch, home, visible
from core.db.base import Record
from core.errors import Invalid
from core.jobs.queue import enqueue
from core.security.models import User
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
from modules.service.rules.hours import read_holidays, read_hours, write_holidays, write_hours

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
        raise _wrong(name=_("This name is taken."))


def _changed(work: UnitOfWork, record: Record) -> None:
    if isinstance(record, SlaPolicy | BusinessCalendar):
        reckon_soon(work, record.company_id)


def reckon_soon(work: UnitOfWork, company_id: UUID) -> None:
    enqueue(work, RECKON, {"company": str(company_id)}, key=str(company_id))


def add_queue(work: UnitOfWork, data: Mapping[str, Any]) -> Queue:
    values, members = _queue_data(work, data)
    queue = add(work, Queue, values)
    set_members(work, queue.id, members)
    return queue


def change_queue(
    work: UnitOfWork, key: UUID, data: Mapping[str, Any], version: int | None
) -> Queue:
    values, members = _queue_data(work, data, own=key)
    queue = change(work, Queue, key, values, version=version)
    set_members(work, key, members)
    return queue


def _queue_data(
    work: UnitOfWork, data: Mapping[str, Any], own: UUID | None = None
) -> tuple[dict[str, Any], list[UUID]]:
    values = {name: value for name, value in data.items() if name != "members"}
    taken = select(Queue.id).where(Queue.slug == values.get("slug"))
    other = work.session.scalar(taken) if values.get("slug") else None
    if other is not None and other != own:
        raise _wrong(slug=_("This address is taken."))
    return values, _members(work, data.get("members", []))


def _members(work: UnitOfWork, emails: Sequence[str]) -> list[UUID]:
    wanted = {one.strip().casefold() for one in emails if one.strip()}
    found = select(User.email, User.id).where(User.email.in_(sorted(wanted)), User.active)
    known = {row[0]: row[1] for row in work.session.execute(found)}
    if missing := sorted(wanted - known.keys()):
        raise _wrong(members=_("No colleague has %(emails)s.", emails=", ".join(missing)))
    return list(known.values())


def _wrong(**fields: str) -> Invalid:
    return Invalid(_("Please look at the marked fields."), fields=fields)


def queue_values(work: UnitOfWork, queue: Queue) -> dict[str, Any]:
    """As its form shows them."""
    emails = select(User.email).join(QueueMember, QueueMember.user_id == User.id)
    mine = emails.where(QueueMember.queue_id == queue.id).order_by(User.email)
    return {
        "name": queue.name,
        "slug": queue.slug,
        "assignment": queue.assignment,
        "members": list(work.session.scalars(mine)),
        "active": queue.active,
    }


def set_members(work: UnitOfWork, queue_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Exactly these from now on."""
    work.session.execute(delete(QueueMember).where(QueueMember.queue_id == queue_id))
    work.session.add_all(QueueMember(queue_id=queue_id, user_id=key) for key in set(user_ids))
    work.session.flush()


def add_calendar(work: UnitOfWork, data: Mapping[str, Any]) -> BusinessCalendar:
    values, days = _calendar_data(data)
    calendar = add(work, BusinessCalendar, values)
    set_holidays(work, calendar, days)
    return calendar


def change_calendar(
    work: UnitOfWork, key: UUID, data: Mapping[str, Any], version: int | None
) -> BusinessCalendar:
    values, days = _calendar_data(data)
    calendar = change(work, BusinessCalendar, key, values, version=version)
    set_holidays(work, calendar, days)
    return calendar


def _calendar_data(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[date, str]]:
    """Raise Invalid naming each day, the zone or the holidays."""
    wrong: dict[str, str] = {}
    week = []
    for name in (f"day{number}" for number in range(7)):
        try:
            week.append(read_hours(data.get(name, "")))
        except ValueError as error:
            wrong[name] = str(error)
    days: dict[date, str] = {}
    try:
        days = read_holidays(data.get("holidays", []))
    except ValueError as error:
        wrong["holidays"] = str(error)
    if data["zone"] not in available_timezones():
        wrong["zone"] = _("There is no such time zone. Write it like Europe/Berlin.")
    if wrong:
        raise _wrong(**wrong)
    return {"name": data["name"], "zone": data["zone"], "week": week}, days


def calendar_values(work: UnitOfWork, calendar: BusinessCalendar) -> dict[str, Any]:
    """As its form shows them."""
    days = {f"day{number}": write_hours(spans) for number, spans in enumerate(calendar.week)}
    holidays = write_holidays(holidays_of(work, calendar.id))
    return {"name": calendar.name, "zone": calendar.zone, **days, "holidays": holidays}


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
    return {row[0]: row[1] for row in work.session.execute(days.order_by(Holiday.day))}


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


def seed(work: UnitOfWork) -> None:
    """Every company has a queue to begin with."""
    for company_id in work.session.scalars(select(Company.id)).all():
        first_queue(work, company_id)


def queue_of_slug(work: UnitOfWork, slug: str) -> Queue | None:
    return work.session.scalar(select(Queue).where(Queue.slug == slug, Queue.active))
