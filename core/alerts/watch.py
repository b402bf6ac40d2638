"""What is looked at every half minute, for every connection: each cause by a rule of its own.

Whether both sides agree is looked at elsewhere; and that no worker lives nobody can be told by a
worker: ``/readyz`` says it, to whoever watches over the processes, and a banner on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.alerts.models import AlertRules, Cause
from core.alerts.raising import clear_alert, end_quiet, raise_alert
from core.alerts.rules import rules
from core.clock import utcnow
from core.jobs.job import Job, JobContext
from core.sync.attention import Stage, stage_counts
from core.sync.connections import connections
from core.sync.gate import gates
from core.sync.models import (
    Binding,
    Connection,
    ConnectionState,
    Cursor,
    CursorMode,
    Gate,
    OutboxRow,
    OutboxState,
    PlanState,
)
from core.sync.plans.guard import asked_by_guards
from core.web.formats import exact
from core.web.i18n import gettext as _
from core.web.i18n import ngettext
from core.work import UnitOfWork

EVERY_S = 30.0
#: A longer wait than this is more than an ERP's limit per minute: somebody should know.
LONG_WAIT = timedelta(hours=1)
#: Kinds that are read rarely by intention are late when they missed so many turns.
_TURNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One connection as the rules see it. ``late_since`` is its oldest reading or sending due."""

    connection: Connection
    gate: Gate | None
    stopped: int
    plans: int
    late_since: datetime | None


#: Words and the path to where it is mended, or None: it does not hold.
Rule = Callable[[Seen, AlertRules], tuple[str, str] | None]


def look(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        kept = rules(work)
        for seen in _all_seen(work, kept):
            for cause, rule in RULES.items():
                if found := rule(seen, kept):
                    raise_alert(work, cause, seen.connection, words=found[0], path=found[1])
                else:
                    clear_alert(work, cause, seen.connection)
        end_quiet(work)


def _refused(seen: Seen, _kept: AlertRules) -> tuple[str, str] | None:
    found = seen.connection
    if found.state is not ConnectionState.NEEDS_CREDENTIALS:
        return None
    words = _(
        "%(name)s refuses our credentials: nothing is sent or read until they are mended. Its"
        " words: %(reason)s",
        name=found.name,
        reason=found.last_error,
    )
    return words, f"/connections/{found.id}/edit"


def _held(seen: Seen, _kept: AlertRules) -> tuple[str, str] | None:
    found = seen.connection
    if not found.held:
        return None
    words = _(
        "%(name)s is held: nothing is sent to it or read from it until somebody says what"
        " happened. %(reason)s",
        name=found.name,
        reason=found.held,
    )
    return words, "/installation/"


def _asked(seen: Seen, _kept: AlertRules) -> tuple[str, str] | None:
    if not seen.plans:
        return None
    words = ngettext(
        "%(n)s plan of %(name)s waits for a decision: more would be deleted, made or changed at"
        " once than is usual. Nothing of it is done before.",
        "%(n)s plans of %(name)s wait for a decision: more would be deleted, made or changed at"
        " once than is usual. Nothing of it is done before.",
        seen.plans,
        name=seen.connection.name,
    )
    return words, f"/sync/plans?connection_id={seen.connection.id}&state={PlanState.READY}"


def _away(seen: Seen, kept: AlertRules) -> tuple[str, str] | None:
    gate = seen.gate
    if not _works(seen) or gate is None or gate.opened_at is None:
        return None
    if utcnow() - gate.opened_at < timedelta(minutes=kept.away_minutes):
        return None
    words = _(
        "%(name)s has not answered since %(time)s: %(reason)s. What is to be sent waits, and is"
        " sent when it answers again.",
        name=seen.connection.name,
        time=exact(gate.opened_at),
        reason=gate.reason,
    )
    return words, f"/connections/{seen.connection.id}"


def _blocked(seen: Seen, _kept: AlertRules) -> tuple[str, str] | None:
    until = seen.gate.blocked_until if seen.gate else None
    if not _works(seen) or until is None or until - utcnow() < LONG_WAIT:
        return None
    words = _(
        "%(name)s asks to be left alone until %(time)s. Ask whoever runs it for a higher limit,"
        " or give the connection fewer calls per second.",
        name=seen.connection.name,
        time=exact(until),
    )
    return words, f"/connections/{seen.connection.id}"


def _late(seen: Seen, _kept: AlertRules) -> tuple[str, str] | None:
    if not _works(seen) or seen.gate is not None or seen.late_since is None:
        return None
    words = _(
        "%(name)s is behind: something has been waiting to be read or sent since %(time)s.",
        name=seen.connection.name,
        time=exact(seen.late_since),
    )
    return words, f"/sync/feeds?connection_id={seen.connection.id}"


def _stopped(seen: Seen, kept: AlertRules) -> tuple[str, str] | None:
    if not kept.stopped_records or seen.stopped < kept.stopped_records:
        return None
    words = ngettext(
        "%(n)s record of %(name)s is stopped and needs a person.",
        "%(n)s records of %(name)s are stopped and need a person.",
        seen.stopped,
        name=seen.connection.name,
    )
    return words, f"/sync/stopped?connection_id={seen.connection.id}"


RULES: Mapping[Cause, Rule] = {
    Cause.CREDENTIALS: _refused,
    Cause.AWAY: _away,
    Cause.BLOCKED: _blocked,
    Cause.LAG: _late,
    Cause.STOPPED: _stopped,
    Cause.HELD: _held,
    Cause.PLAN: _asked,
}


def _works(seen: Seen) -> bool:
    """Of what a person paused, or never tested, nobody expects anything."""
    return seen.connection.state is ConnectionState.LIVE


def _all_seen(work: UnitOfWork, kept: AlertRules) -> list[Seen]:
    """A fixed number of queries, however many connections there are."""
    found = connections(work)
    shut = gates(work, [one.id for one in found])
    counts = stage_counts(work)
    asked = asked_by_guards(work)
    late_since = _late_since(work, timedelta(minutes=kept.lag_minutes))
    return [
        Seen(
            connection=one,
            gate=shut.get(one.id),
            stopped=counts.get((one.id, Stage.STOPPED), 0),
            plans=asked.get(one.id, 0),
            late_since=late_since.get(one.id),
        )
        for one in found
    ]


def _late_since(work: UnitOfWork, allowed: timedelta) -> dict[UUID, datetime]:
    now = utcnow()
    pace = {one.kind: timedelta(seconds=one.every_s * _TURNS) for one in work.enabled.inbound}
    found: dict[UUID, datetime] = {}
    for key, kind, moment in (*_readings(work), *_sendings(work)):
        if now - moment > max(allowed, pace.get(kind, allowed)):
            found[key] = min(moment, found.get(key, moment))
    return found


def _readings(work: UnitOfWork) -> list[tuple[UUID, str, datetime]]:
    """When each kind was last read to its end; a first reading takes as long as it takes."""
    rows = work.session.execute(
        select(Cursor.connection_id, Cursor.kind, func.min(Cursor.polled_at))
        .where(Cursor.mode == CursorMode.INCREMENTAL, Cursor.polled_at.is_not(None))
        .group_by(Cursor.connection_id, Cursor.kind)
    )
    on = {one.kind for one in work.enabled.inbound}
    return [(key, kind, moment) for key, kind, moment in rows if kind in on and moment]


def _sendings(work: UnitOfWork) -> list[tuple[UUID, str, datetime]]:
    """Since when the oldest record waits that nothing keeps from being sent."""
    rows = work.session.execute(
        select(Binding.connection_id, Binding.kind, func.min(OutboxRow.created_at))
        .join(OutboxRow, OutboxRow.binding_id == Binding.id)
        .where(
            OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.CLAIMED]),
            Binding.connection_id.is_not(None),
        )
        .group_by(Binding.connection_id, Binding.kind)
    )
    return [(key, kind, moment) for key, kind, moment in rows if key]


job = Job(name="core.alerts.look", run=look, every_s=EVERY_S, keep_done=False)
