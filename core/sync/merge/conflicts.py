"""Conflicts: opened where a person has to choose, closed when both sides come to say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.sync.merge.rules import Base, Sides
from core.sync.models import Binding, Cause, Conflict, ConflictState
from core.sync.models.conflict import CONFLICT_FLOW
from core.work import UnitOfWork

#: ``field`` of a conflict about the whole record.
WHOLE = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a merge could not decide, by field; who changed it here; when the ERP said its part."""

    fields: Mapping[str, Sides]
    base: Base
    touched: Mapping[str, Any]
    at: datetime


def open_conflicts(
    work: UnitOfWork, binding_ids: Iterable[UUID]
) -> dict[UUID, dict[str, Conflict]]:
    """By binding and field, locked."""
    found = (
        select(Conflict)
        .where(Conflict.binding_id.in_(list(binding_ids)), Conflict.state == ConflictState.OPEN)
        .order_by(Conflict.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    grouped: dict[UUID, dict[str, Conflict]] = {}
    for conflict in work.session.scalars(found):
        grouped.setdefault(conflict.binding_id, {})[conflict.field] = conflict
    return grouped


def keep_up(work: UnitOfWork, tie: Binding, asked: Asked, known: Mapping[str, Conflict]) -> None:
    """The open conflicts of a record are those the merge just found, with what is said now.

    The ERP has the record and let us read it: neither is it gone nor does it overtake us.
    """
    for name, sides in asked.fields.items():
        conflict = known.get(name) or _opened(work, tie, name, Cause.BOTH_CHANGED)
        conflict.ours, conflict.theirs = sides.ours, sides.theirs
        conflict.agreed = asked.base.theirs.get(name)
        by, when = asked.touched.get(name.partition(".")[0], ("", None))
        conflict.ours_by = by
        conflict.ours_at = datetime.fromisoformat(when) if when else None
        conflict.observed_at = asked.at
    for name, conflict in known.items():
        if name not in asked.fields and conflict.cause is not Cause.OVERTAKEN:
            _end(conflict)


def ask_whole(work: UnitOfWork, tie: Binding, cause: Cause) -> None:
    """A person has to choose about the record as a whole; ``tie`` is locked."""
    known = open_conflicts(work, [tie.id]).get(tie.id, {})
    conflict = known.get(WHOLE) or _opened(work, tie, WHOLE, cause)
    conflict.cause, conflict.observed_at = cause, work.observed_at


def no_longer_overtaken(work: UnitOfWork, tie: Binding) -> None:
    """It arrived after all."""
    for conflict in open_conflicts(work, [tie.id]).get(tie.id, {}).values():
        if conflict.cause is Cause.OVERTAKEN:
            _end(conflict)


def _opened(work: UnitOfWork, tie: Binding, name: str, cause: Cause) -> Conflict:
    conflict = Conflict(
        company_id=tie.company_id,
        binding_id=tie.id,
        field=name,
        cause=cause,
        state=ConflictState.OPEN,
        observed_at=work.observed_at,
    )
    work.session.add(conflict)
    return conflict


def _end(conflict: Conflict) -> None:
    conflict.state = CONFLICT_FLOW.step(conflict.state, ConflictState.OBSOLETE)
    conflict.ended_at = utcnow()
