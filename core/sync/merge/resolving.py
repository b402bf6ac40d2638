"""What a person's choice in a conflict comes to: both sides agree on it, and go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.clock import utcnow
from core.companies import fetch
from core.errors import RuleBroken
from core.sync.bindings import ConnectionBindings
from core.sync.merge.gone import forget
from core.sync.merge.records import agreed_rows, base_of, note_loser, send_again, write_base
from core.sync.merge.shared import Shared, Values
from core.sync.models import (
    Agreed,
    Binding,
    Cause,
    Conflict,
    ConflictState,
    Connection,
    Keep,
    OutboxRow,
    OutboxState,
)
from core.sync.models.conflict import CONFLICT_FLOW
from core.sync.models.outbox import OPEN
from core.web.i18n import gettext as _
from core.work import UnitOfWork


class Settled(RuleBroken):
    """Somebody chose before, or both sides came to say the same."""


def resolve_all(work: UnitOfWork, conflict_ids: Iterable[UUID], keep: Keep) -> int:
    """Answers how many; one that was settled meanwhile is left as it is."""
    done = 0
    for conflict_id in sorted(conflict_ids):
        try:
            resolve(work, conflict_id, keep)
        except Settled:
            continue
        done += 1
    return done


def resolve(work: UnitOfWork, conflict_id: UUID, keep: Keep) -> Conflict:
    """Whose value stands from now on; the loser is in the record's history.

    Raise Settled when the conflict is over already, RuleBroken when its module is disabled.
    """
    case = _held(work, fetch(work, Conflict, conflict_id))
    if case.conflict.state is not ConflictState.OPEN:
        raise Settled(_("This conflict is settled already: look at the record as it is now."))
    _CHOICES[case.conflict.cause, keep](work, case)
    case.conflict.state = CONFLICT_FLOW.step(case.conflict.state, ConflictState.RESOLVED)
    case.conflict.kept, case.conflict.ended_by = keep, work.actor.name
    case.conflict.ended_at = utcnow()
    return case.conflict


@dataclass(frozen=True, slots=True)
class _Case:
    """All that a choice touches, locked in the order the merge locks it."""

    conflict: Conflict
    shared: Shared[Any]
    tie: Binding
    row: Agreed
    connection: Connection
    ours: Values


def _held(work: UnitOfWork, conflict: Conflict) -> _Case:
    tie = work.session.get_one(Binding, conflict.binding_id)
    outbound = work.enabled.outbound.get(tie.kind)
    if outbound is None or outbound.shared is None:
        raise RuleBroken(_("The module this record belongs to is disabled: enable it first."))
    connection = work.session.get_one(Connection, tie.connection_id)
    ours = outbound.shared.hold(work, connection.id, [tie.local_id])[tie.local_id]
    work.session.refresh(tie, with_for_update=True)
    bindings = ConnectionBindings(work, connection)
    row = agreed_rows(work, outbound.shared, bindings, [tie.local_id])[tie.local_id]
    work.session.refresh(conflict, with_for_update=True)
    return _Case(conflict, outbound.shared, tie, row, connection, ours)


def _ours_of_a_field(work: UnitOfWork, case: _Case) -> None:
    name, theirs = case.conflict.field, case.conflict.theirs
    write_base(case.row, base_of(case.row).agreed(name, theirs=theirs, ours=theirs))
    note_loser(
        work,
        case.shared,
        case.tie.local_id,
        name=name,
        said_by=case.connection.name,
        change=(case.ours.get(name), theirs),
    )
    send_again(work, case.tie)


def _theirs_of_a_field(work: UnitOfWork, case: _Case) -> None:
    name, theirs = case.conflict.field, case.conflict.theirs
    write_base(case.row, base_of(case.row).agreed(name, theirs=theirs, ours=theirs))
    case.shared.take(work, case.connection.id, {case.tie.local_id: {name: theirs}})


def _ours_again(work: UnitOfWork, case: _Case) -> None:
    """Made there anew, under the same reference."""
    forget(work, case.tie, case.row)
    send_again(work, case.tie)


def _gone_here_too(work: UnitOfWork, case: _Case) -> None:
    """Nothing is sent, and the record is put away."""
    _drop_what_is_queued(work, case.tie)
    case.tie.delivery, case.tie.next_try_at, case.tie.message = None, None, ""
    forget(work, case.tie, case.row)
    case.shared.retire(work, case.tie.local_id)


def _ours_at_last(work: UnitOfWork, case: _Case) -> None:
    """Three more tries."""
    send_again(work, case.tie)


def _theirs_at_last(work: UnitOfWork, case: _Case) -> None:
    """What was changed here and could not be sent gives way to what the ERP said last."""
    base = base_of(case.row)
    names = {*case.ours, *base.names()}
    theirs = {name: base.theirs[name] for name in names & base.theirs.keys()}
    lost = {name: value for name, value in theirs.items() if case.ours.get(name) != base.our(name)}
    for name, value in lost.items():
        base = base.agreed(name, theirs=value, ours=value)
    write_base(case.row, base)
    _drop_what_is_queued(work, case.tie)
    case.shared.take(work, case.connection.id, {case.tie.local_id: lost})


def _drop_what_is_queued(work: UnitOfWork, tie: Binding) -> None:
    mine = (OutboxRow.binding_id == tie.id, OutboxRow.state.in_(OPEN))
    work.session.execute(
        update(OutboxRow)
        .where(*mine)
        .values(state=OutboxState.WITHDRAWN, ended_at=utcnow())
        .execution_options(synchronize_session="fetch")
    )


_Choice = Callable[[UnitOfWork, _Case], None]
_CHOICES: dict[tuple[Cause, Keep], _Choice] = {
    (Cause.BOTH_CHANGED, Keep.OURS): _ours_of_a_field,
    (Cause.BOTH_CHANGED, Keep.THEIRS): _theirs_of_a_field,
    (Cause.GONE, Keep.OURS): _ours_again,
    (Cause.GONE, Keep.THEIRS): _gone_here_too,
    (Cause.OVERTAKEN, Keep.OURS): _ours_at_last,
    (Cause.OVERTAKEN, Keep.THEIRS): _theirs_at_last,
}
