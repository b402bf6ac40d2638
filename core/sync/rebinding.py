"""A record of ours turned out to be another one: the ERP's id of it goes along, and back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from core.errors import RuleBroken
from core.sync.models import Agreed, Binding, OutboxRow, OutboxState
from core.web.i18n import gettext as _
from core.work import UnitOfWork


def rebind(work: UnitOfWork, kind: str, was: UUID, now: UUID) -> list[UUID]:
    """Bind ``now`` wherever only ``was`` is known; answers the bindings that went along.

    An ERP that knows both keeps both: there ``was`` stays an alias of its own. Raise RuleBroken
    while one of them is being sent.
    """
    bindings = _bindings(work, kind, was)
    known = {binding.connection_id for binding in _bindings(work, kind, now)}
    moving = [binding for binding in bindings if binding.connection_id not in known]
    _check_idle(work, moving)
    for binding in moving:
        _move(work, binding, now)
    return [binding.id for binding in moving]


def rebind_back(work: UnitOfWork, binding_ids: Iterable[UUID], was: UUID) -> None:
    """Raise RuleBroken while one of them is being sent."""
    mine = select(Binding).where(Binding.id.in_(binding_ids)).with_for_update()
    bindings = list(work.session.scalars(mine))
    _check_idle(work, bindings)
    for binding in bindings:
        _move(work, binding, was)


def _bindings(work: UnitOfWork, kind: str, local_id: UUID) -> list[Binding]:
    found = select(Binding).where(Binding.kind == kind, Binding.local_id == local_id)
    return list(work.session.scalars(found.order_by(Binding.id).with_for_update()))


def _move(work: UnitOfWork, binding: Binding, target: UUID) -> None:
    agreed = work.session.scalar(
        select(Agreed).where(
            Agreed.connection_id == binding.connection_id,
            Agreed.kind == binding.kind,
            Agreed.local_id == binding.local_id,
        )
    )
    binding.local_id = target
    if agreed is not None:
        agreed.local_id = target
    work.session.flush()


def _check_idle(work: UnitOfWork, bindings: Iterable[Binding]) -> None:
    ids = [binding.id for binding in bindings]
    claimed = select(OutboxRow.id).where(
        OutboxRow.binding_id.in_(ids), OutboxRow.state == OutboxState.CLAIMED
    )
    if work.session.scalar(claimed.limit(1)) is not None:
        raise RuleBroken(_("It is being sent to the ERP right now. Try again in a moment."))
