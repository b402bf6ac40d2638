"""What waits, runs and is stopped, on the way out and on the way in, as one list each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)

from core.api.listing import Listing
from core.companies import visible
from core.sync.deliveries import reason
from core.sync.errors import Rejected
from core.sync.models import (
    Binding,
    Connection,
    InboxRow,
    InboxState,
    OutboxRow,
    OutboxState,
    OutboxVerb,
)
from core.work import UnitOfWork

#: Different causes that are offered at once, and the wordings they are made of.
_MOST_REASONS, _MOST_WORDINGS = 12, 200


class Way(StrEnum):
    """Which way a record goes: to the ERP, or from it."""

    OUT = "out"
    IN = "in"


class Stage(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"


_OUT: Mapping[OutboxState, Stage] = {
    OutboxState.WAITING: Stage.WAITING,
    OutboxState.QUEUED: Stage.WAITING,
    OutboxState.CLAIMED: Stage.RUNNING,
    OutboxState.STOPPED: Stage.STOPPED,
}
_IN: Mapping[InboxState, Stage] = {
    InboxState.PENDING: Stage.WAITING,
    InboxState.WAITING: Stage.WAITING,
    InboxState.STOPPED: Stage.STOPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Stopped records of one kind and connection that have the same cause.

    The cause is the code of their trouble. What an ERP refuses has many: there it is the field
    the ERP names, or its words. ``words`` are those of most of them, and ``others`` how many more
    wordings there are; ``local_id`` is one of the records.
    """

    way: Way
    kind: str
    connection_id: UUID | None
    connection: str
    error: str | None
    field: str | None
    words: str
    others: int
    count: int
    local_id: UUID | None

    @property
    def told_by_words(self) -> bool:
        """Nothing but its words tells this cause from others."""
        return self.field is None and self.error in {None, Rejected.code}


def _listing(stage: Stage) -> Listing:
    arms = [_out(stage)]
    if stage in _IN.values():
        arms.append(_in(stage))
    found = union_all(*arms).subquery("item")
    name = select(Connection.name).where(Connection.id == found.c.connection_id)
    return Listing(
        name=f"sync-{stage}",
        statement=select(*found.c, name.scalar_subquery().label("connection")),
        sorts={"since": found.c.since, "due_at": found.c.due_at},
        default="-since" if stage is Stage.STOPPED else "since",
        filters={
            name: found.c[name]
            for name in ("connection_id", "kind", "way", "reason", "state", "error", "field")
        },
    )


def _out(stage: Stage) -> Select[*tuple[Any, ...]]:
    states = [state for state, its in _OUT.items() if its is stage]
    return (
        select(
            OutboxRow.id,
            OutboxRow.company_id,
            literal_column(f"'{Way.OUT}'", String).label("way"),
            Binding.connection_id,
            Binding.kind,
            Binding.local_id,
            func.coalesce(Binding.number, Binding.reference).label("name"),
            Binding.reference,
            Binding.external_id,
            type_coerce(OutboxRow.state, String).label("state"),
            type_coerce(Binding.delivery, String).label("delivery"),
            case((OutboxRow.verb == OutboxVerb.SEND, reason()), else_=OutboxRow.message).label(
                "reason"
            ),
            Binding.field,
            OutboxRow.error,
            OutboxRow.attempts,
            OutboxRow.due_at,
            OutboxRow.created_at.label("since"),
        )
        .join(Binding, Binding.id == OutboxRow.binding_id)
        .where(OutboxRow.state.in_(states))
    )


def _in(stage: Stage) -> Select[*tuple[Any, ...]]:
    states = [state for state, its in _IN.items() if its is stage]
    bound = and_(
        Binding.connection_id == InboxRow.connection_id,
        Binding.kind == InboxRow.kind,
        Binding.external_id == InboxRow.external_id,
    )
    return (
        select(
            InboxRow.id,
            InboxRow.company_id,
            literal_column(f"'{Way.IN}'", String).label("way"),
            InboxRow.connection_id,
            InboxRow.kind,
            Binding.local_id,
            InboxRow.external_id.label("name"),
            InboxRow.reference,
            InboxRow.external_id,
            type_coerce(InboxRow.state, String).label("state"),
            cast(null(), String).label("delivery"),
            InboxRow.message.label("reason"),
            cast(null(), String).label("field"),
            cast(null(), String).label("error"),
            InboxRow.attempts,
            InboxRow.due_at,
            InboxRow.arrived_at.label("since"),
        )
        .outerjoin(Binding, bound)
        .where(InboxRow.state.in_(states))
    )


#: ``local_id`` is None for what came in and has no record of ours yet; ``name`` is its number.
WAITING, RUNNING, STOPPED = (_listing(stage) for stage in Stage)


def stage_counts(work: UnitOfWork) -> dict[tuple[UUID | None, Stage], int]:
    """How many rows each list has, by connection (None: they wait for one). Two queries."""
    out = (
        select(Binding.connection_id, OutboxRow.state, func.count())
        .join(OutboxRow, OutboxRow.binding_id == Binding.id)
        .where(OutboxRow.state.in_(list(_OUT)))
        .group_by(Binding.connection_id, OutboxRow.state)
    )
    inward = (
        select(InboxRow.connection_id, InboxRow.state, func.count())
        .where(InboxRow.state.in_(list(_IN)))
        .group_by(InboxRow.connection_id, InboxRow.state)
    )
    stages: dict[str, Stage] = {str(state): stage for state, stage in [*_OUT.items(), *_IN.items()]}
    found: dict[tuple[UUID | None, Stage], int] = {}
    for statement in (out, inward):
        for connection_id, state, count in work.session.execute(visible(work, statement)):
            key = (connection_id, stages[state])
            found[key] = found.get(key, 0) + count
    return found


def reasons(work: UnitOfWork) -> list[Reason]:
    """Why records are stopped, the most frequent cause first."""
    stopped = visible(work, STOPPED.statement).subquery().c
    by = (stopped.way, stopped.kind, stopped.connection_id, stopped.connection)
    worded = (*by, stopped.error, stopped.field, stopped.reason)
    number = func.count()
    one = func.min(cast(stopped.local_id, String)).label("local_id")
    rows = work.session.execute(
        select(*worded, number.label("count"), one)
        .group_by(*worded)
        .order_by(number.desc(), *worded)
        .limit(_MOST_WORDINGS)
    )
    found: dict[tuple[Any, ...], list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        found.setdefault((*row[:3], row.error, *_told_apart(row)), []).append(row)
    causes = [_reason(wordings) for wordings in found.values()]
    return sorted(causes, key=lambda cause: -cause.count)[:_MOST_REASONS]


def _told_apart(row: Row[*tuple[Any, ...]]) -> tuple[str | None, str]:
    """Field and words, as far as they are part of the cause."""
    if row.error not in {None, Rejected.code}:
        return (None, "")
    return (row.field, "" if row.field else row.reason)


def _reason(wordings: Sequence[Row[*tuple[Any, ...]]]) -> Reason:
    """``wordings`` of one cause, the most frequent first."""
    most = wordings[0]
    return Reason(
        way=Way(most.way),
        kind=most.kind,
        connection_id=most.connection_id,
        connection=most.connection or "",
        error=most.error,
        field=_told_apart(most)[0],
        words=most.reason,
        others=len(wordings) - 1,
        count=sum(row[7] for row in wordings),
        local_id=UUID(most.local_id) if most.local_id else None,
    )
