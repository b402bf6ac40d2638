"""A record that was changed here goes to the ERPs that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from core.sync.bindings import ConnectionBindings
from core.sync.merge.records import agreed_rows, send_again, touch
from core.sync.merge.shared import Shared
from core.sync.models import Binding, Connection
from core.work import UnitOfWork


def changed_here(
    work: UnitOfWork,
    shared: Shared[Any],
    changes: Mapping[UUID, Iterable[str]],
    *,
    but: UUID | None = None,
) -> None:
    """Send what was changed, by record and field, to all that have the record.

    ``but`` is the connection that said so itself. Fields no ERP shares are nobody's business.
    """
    wanted = {key: set(fields) & shared.known.keys() for key, fields in changes.items()}
    ties = _ties(work, shared, [key for key, fields in wanted.items() if fields], but)
    for connection_id in dict.fromkeys(tie.connection_id for tie in ties):
        mine = {tie.local_id: tie for tie in ties if tie.connection_id == connection_id}
        connection = work.session.get_one(Connection, connection_id)
        rows = agreed_rows(work, shared, ConnectionBindings(work, connection), mine)
        for local_id, tie in mine.items():
            touch(rows[local_id], wanted[local_id], by=work.actor.name)
            send_again(work, tie)


def _ties(
    work: UnitOfWork, shared: Shared[Any], local_ids: list[UUID], but: UUID | None
) -> list[Binding]:
    """Locked. A record on its first way there may have left as it was before."""
    if not local_ids:
        return []
    there = or_(Binding.external_id.is_not(None), Binding.delivery.is_not(None))
    found = select(Binding).where(
        Binding.kind == shared.kind,
        Binding.local_id.in_(local_ids),
        Binding.connection_id.is_not(None),
        there,
    )
    if but is not None:
        found = found.where(Binding.connection_id != but)
    locked = found.order_by(Binding.id).with_for_update()
    return list(work.session.scalars(locked.execution_options(populate_existing=True)))
