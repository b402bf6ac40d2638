"""Service levels: how much of the time promised is used up, and when the promise breaks.

Everything follows from the history of states and the calendar, so that a clock is never set or
added to: a ticket that waited, was resolved and came back has used what it used, whichever policy
or priority it has now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from modules.service.rules.calendar import Calendar, open_time, reached
from modules.service.rules.states import RUNNING, Kind, Priority, TicketState

#: From when on the ticket was in which state, from the first on.
History = Sequence[tuple[datetime, TicketState]]


class Target(StrEnum):
    RESPONSE = "response"
    RESOLUTION = "resolution"


class Mark(StrEnum):
    """How one target stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is promised to tickets of this tier, kind and priority; None: to all of them."""

    id: UUID
    calendar_id: UUID
    response: timedelta
    resolution: timedelta
    tier: str | None = None
    kind: Kind | None = None
    priority: Priority | None = None

    def promised(self, target: Target) -> timedelta:
        return self.response if target is Target.RESPONSE else self.resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a policy looks at. ``tier`` is None for people who are in no programme."""

    kind: Kind
    priority: Priority
    tier: str | None


def choose(policies: Sequence[Policy], facts: Facts) -> Policy | None:
    """The first that fits, in the order people gave them."""
    return next((policy for policy in policies if _fits(policy, facts)), None)


def _fits(policy: Policy, facts: Facts) -> bool:
    return (
        policy.tier in {None, facts.tier}
        and policy.kind in {None, facts.kind}
        and policy.priority in {None, facts.priority}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One target of one ticket. ``met_at``: when it was answered, or resolved the last time."""

    calendar: Calendar
    history: History
    promised: timedelta
    met_at: datetime | None = None

    def spent(self, now: datetime) -> timedelta:
        """Open time in which it was our turn, up to ``now`` or to when the target was met."""
        until = min(now, self.met_at) if self.met_at else now
        return sum(
            (
                open_time(self.calendar, start, min(end or until, until))
                for start, end in _running(self.history)
            ),
            timedelta(),
        )

    def due(self, percent: int = 100) -> datetime | None:
        """When ``percent`` of what was promised is used up; None while nobody knows: it pauses.

        It stays the moment it was once it is past, whatever happens afterwards.
        """
        left = self.promised * percent / 100
        for start, end in _running(self.history):
            moment = reached(self.calendar, start, left)
            if end is None or (moment is not None and moment <= end):
                return moment
            left -= open_time(self.calendar, start, end)
        return None

    def breached_at(self, now: datetime) -> datetime | None:
        due, until = self.due(), self.met_at or now
        return due if due is not None and due < until else None

    def mark(self, now: datetime) -> Mark:
        if self.breached_at(now):
            return Mark.BREACHED
        if self.met_at is not None:
            return Mark.MET
        return Mark.RUNNING if self.history[-1][1] in RUNNING else Mark.PAUSED

    def left(self, now: datetime) -> timedelta:
        """Of what was promised; negative when it was not kept."""
        return self.promised - self.spent(now)


def _running(history: History) -> Iterator[tuple[datetime, datetime | None]]:
    """The spans in which it was our turn; the last one has no end while it is."""
    for place, (since, state) in enumerate(history):
        if state in RUNNING:
            yield since, history[place + 1][0] if place + 1 < len(history) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of escalation: at ``percent`` of what was promised."""

    id: UUID
    target: Target
    percent: int
