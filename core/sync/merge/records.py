"""Merging records: a page of them at a time, in a fixed number of queries.

Locks are taken in this order: our records (the caller's ``hold``), bindings, agreements, conflicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select

from core import journal
from core.clock import utcnow
from core.db.bulk import Upsert
from core.ids import new_id
from core.sync.exchange import Bindings
from core.sync.merge.conflicts import Asked, keep_up, open_conflicts
from core.sync.merge.rules import Base, Merged, Newer, merge
from core.sync.merge.shared import Shared, Values
from core.sync.models import Agreed, Binding, OutboxRow
from core.sync.models.attempt import LATE
from core.sync.models.outbox import OPEN
from core.sync.outbox import send_through
from core.work import OURSELVES, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A record as both sides have it now. ``stamp`` is the ERP's, of its version."""

    ours: Values
    theirs: Values
    stamp: datetime | None = None


def moved(
    work: UnitOfWork, shared: Shared[Any], bindings: Bindings, theirs: Mapping[UUID, Values]
) -> set[UUID]:
    """Records that have to be merged: changed on either side, or written and not read back."""
    found = select(Agreed).where(*_of(shared, bindings, theirs))
    still = {
        row.local_id
        for row in work.session.scalars(found)
        if row.theirs == theirs[row.local_id] and not row.awaited and not row.touched
    }
    return set(theirs) - still


def merge_records(
    work: UnitOfWork, shared: Shared[Any], bindings: Bindings, met: Mapping[UUID, Met]
) -> dict[UUID, Values]:
    """Answers what the caller has to write into its records, which it holds."""
    ties = ties_of(work, shared, bindings, met)
    rows = agreed_rows(work, shared, bindings, met)
    conflicts = open_conflicts(work, [tie.id for tie in ties.values()])
    takes: dict[UUID, Values] = {}
    sends: list[UUID] = []
    for local_id, sides in met.items():
        row, at = rows[local_id], sides.stamp or work.observed_at
        base, newer = base_of(row), _newer(row, sides.stamp)
        merged = merge(shared, base, ours=sides.ours, theirs=sides.theirs, newer=newer)
        if (tie := ties.get(local_id)) is not None:
            asked = Asked(merged.ask, base, row.touched, at)
            keep_up(work, tie, asked, conflicts.get(tie.id, {}))
        _keep_losers(work, shared, bindings, (local_id, sides), merged)
        _remember(row, merged, at)
        if merged.take:
            takes[local_id] = merged.take
        if merged.send:
            sends.append(local_id)
    work.session.flush()
    _send(work, bindings, [ties[key] for key in sends if key in ties])
    return takes


def agree(
    work: UnitOfWork, shared: Shared[Any], bindings: Bindings, made: Mapping[UUID, Met]
) -> None:
    """Note in bulk what both sides say of records that were just made from the ERP's."""
    rows = [
        {
            "id": new_id(),
            "company_id": bindings.company_id,
            "connection_id": bindings.connection_id,
            "kind": shared.kind,
            "local_id": local_id,
            "theirs": sides.theirs,
            "ours": {
                name: value for name, value in sides.ours.items() if sides.theirs.get(name) != value
            },
            "awaited": [],
            "carried": {},
            "late": {},
            "touched": {},
            "observed_at": sides.stamp or work.observed_at,
        }
        for local_id, sides in made.items()
    ]
    key = ("connection_id", "kind", "local_id")
    table = cast("Table", Agreed.__table__)
    Upsert(table, key=key, keep=("id",), stamps=("observed_at",)).run(work.session, rows)


def agreed_rows(
    work: UnitOfWork, shared: Shared[Any], bindings: Bindings, local_ids: Iterable[UUID]
) -> dict[UUID, Agreed]:
    """Locked, as they are now; made where there was none."""
    ids = list(local_ids)
    found = select(Agreed).where(*_of(shared, bindings, ids)).order_by(Agreed.id).with_for_update()
    rows = work.session.scalars(found.execution_options(populate_existing=True))
    known = {row.local_id: row for row in rows}
    for local_id in ids:
        if local_id not in known:
            known[local_id] = Agreed(
                company_id=bindings.company_id,
                connection_id=bindings.connection_id,
                kind=shared.kind,
                local_id=local_id,
                theirs={},
                ours={},
                awaited=[],
                carried={},
                late={},
                touched={},
                observed_at=work.observed_at,
            )
            work.session.add(known[local_id])
    return known


def base_of(row: Agreed) -> Base:
    return Base(
        theirs=row.theirs,
        ours=row.ours,
        awaited=frozenset(row.awaited),
        carried=row.carried,
        late=_still_late(row.late),
    )


def write_base(row: Agreed, base: Base) -> None:
    row.theirs, row.ours = dict(base.theirs), dict(base.ours)
    row.awaited, row.carried = sorted(base.awaited), dict(base.carried)
    row.late = dict(base.late)


def _still_late(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those a frozen ERP may still carry out."""
    since = (utcnow() - LATE).isoformat()
    fresh = {name: [one for one in left if one[1] > since] for name, left in kept.items()}
    return {name: left for name, left in fresh.items() if left}


def _of(shared: Shared[Any], bindings: Bindings, local_ids: Iterable[UUID]) -> tuple[Any, ...]:
    return (
        Agreed.connection_id == bindings.connection_id,
        Agreed.kind == shared.kind,
        Agreed.local_id.in_(list(local_ids)),
    )


def ties_of(
    work: UnitOfWork, shared: Shared[Any], bindings: Bindings, local_ids: Iterable[UUID]
) -> dict[UUID, Binding]:
    """The bindings of these records by our id: locked, as they are now."""
    found = (
        select(Binding)
        .where(
            Binding.connection_id == bindings.connection_id,
            Binding.kind == shared.kind,
            Binding.local_id.in_(list(local_ids)),
        )
        .order_by(Binding.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {binding.local_id: binding for binding in work.session.scalars(found)}


def _newer(row: Agreed, stamp: datetime | None) -> Newer:
    """By field. Our moment is by our clock, theirs by the ERP's: as good as the two agree."""

    def newer(name: str) -> bool | None:
        here = row.touched.get(name.partition(".")[0])
        return None if here is None or stamp is None else stamp > datetime.fromisoformat(here[1])

    return newer


def _remember(row: Agreed, merged: Merged, at: datetime) -> None:
    write_base(row, merged.base)
    # What is neither on its way nor asked is at one: nobody needs to know who changed it.
    pending = {name.partition(".")[0] for name in (*merged.send, *merged.ask)}
    row.touched = {name: change for name, change in row.touched.items() if name in pending}
    row.observed_at = at


def _keep_losers(
    work: UnitOfWork,
    shared: Shared[Any],
    bindings: Bindings,
    record: tuple[UUID, Met],
    merged: Merged,
) -> None:
    local_id, sides = record
    for name, theirs in merged.lost.items():
        change = (sides.ours.get(name), theirs)
        note_loser(
            work, shared, local_id, name=name, said_by=bindings.connection_name, change=change
        )


def note_loser(
    work: UnitOfWork,
    shared: Shared[Any],
    local_id: UUID,
    *,
    name: str,
    said_by: str,
    change: tuple[Any, Any],
) -> None:
    """Theirs gave way to ours. Both rows: whoever replays the history ends with what we hold."""
    ours, theirs = change
    there, here = replace(work, source=said_by), replace(work, source=OURSELVES)
    journal.note(there, shared.entity, local_id, field=name, change=(ours, theirs))
    journal.note(here, shared.entity, local_id, field=name, change=(theirs, ours))


def _send(work: UnitOfWork, bindings: Bindings, ties: list[Binding]) -> None:
    """What is queued, or just being filled, brings ours as it then is.

    What has left already may be without it: that a push is under way is no reason not to send.
    """
    if not ties:
        return
    queued = select(OutboxRow.binding_id).where(
        OutboxRow.binding_id.in_([tie.id for tie in ties]), OutboxRow.state.in_(OPEN)
    )
    known = set(work.session.scalars(queued))
    for tie in ties:
        if tie.id not in known and tie.local_id not in bindings.in_hand:
            send_again(work, tie)


def send_again(work: UnitOfWork, tie: Binding) -> None:
    """A record the ERP has, as it then is. It has a number only where a module gave it one."""
    number = f"{tie.kind.rpartition('.')[2].upper()}-{tie.local_id.hex[-8:].upper()}"
    send_through(
        work,
        tie.connection_id,
        (tie.kind, tie.local_id),
        company_id=tie.company_id,
        number=number,
    )


def touch(row: Agreed, fields: Iterable[str], *, by: str) -> None:
    """Somebody changed these fields here, now."""
    now = utcnow().isoformat()
    row.touched = {**row.touched, **{name: [by, now] for name in fields}}
