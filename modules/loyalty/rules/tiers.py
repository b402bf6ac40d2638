"""In which tier a member stands: up at once, down after the period and its grace."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from modules.loyalty.rules.states import Standing


class Step(StrEnum):
    """Why a member's standing changed."""

    REACHED = "reached"
    KEPT = "kept"
    GRACE = "grace"
    DOWNGRADED = "downgraded"
    #: The points it was reached with were taken back.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Rung:
    tier_id: UUID
    threshold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    qualify_months: int
    grace_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``rung`` None: no tier yet. ``until`` is the last day of the period, or of its grace."""

    rung: Rung | None
    standing: Standing
    until: date | None
    since: date | None


NOWHERE = Place(rung=None, standing=Standing.ENTRY, until=None, since=None)


def reached(ladder: Sequence[Rung], points: int) -> Rung | None:
    """The highest rung these points are enough for."""
    within = [rung for rung in ladder if rung.threshold <= points]
    return max(within, key=lambda rung: rung.threshold, default=None)


def following(ladder: Sequence[Rung], rung: Rung | None) -> Rung | None:
    """The next one up; None at the top."""
    above = [one for one in ladder if rung is None or one.threshold > rung.threshold]
    return min(above, key=lambda one: one.threshold, default=None)


def next_place(
    place: Place, now: Rung | None, *, today: date, periods: Periods
) -> tuple[Place, Step] | None:
    """Where the member stands from ``today`` on; None while nothing changes.

    ``now`` is the rung their points of the last ``qualify_months`` are enough for.
    """
    if _height(now) > _height(place.rung):
        return _at(now, today, periods), Step.REACHED
    if place.rung is None or place.until is None:
        return None
    enough = _height(now) >= _height(place.rung)
    if enough and (place.standing is Standing.GRACE or today > place.until):
        until = add_months(today, periods.qualify_months)
        kept = Place(rung=place.rung, standing=Standing.QUALIFIED, until=until, since=place.since)
        return kept, Step.KEPT
    if today <= place.until:
        return None
    if place.standing is Standing.QUALIFIED and periods.grace_days:
        return _in_grace(place, periods), Step.GRACE
    return _at(now, today, periods), Step.DOWNGRADED


def withdrawn(now: Rung | None, *, today: date, periods: Periods) -> tuple[Place, Step]:
    return _at(now, today, periods), Step.WITHDRAWN


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, or its last where that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _height(rung: Rung | None) -> int:
    return -1 if rung is None else rung.threshold


def _at(rung: Rung | None, today: date, periods: Periods) -> Place:
    if rung is None:
        return NOWHERE
    until = add_months(today, periods.qualify_months)
    return Place(rung=rung, standing=Standing.QUALIFIED, until=until, since=today)


def _in_grace(place: Place, periods: Periods) -> Place:
    """Counted from the period's end, so that a job that came late gives nobody more."""
    until = (place.until or date.max) + timedelta(days=periods.grace_days)
    return Place(rung=place.rung, standing=Standing.GRACE, until=until, since=place.since)
