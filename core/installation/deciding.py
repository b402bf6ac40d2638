"""What a person says a held database is: the same one in an earlier state, or a copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.clock import utcnow
from core.errors import Forbidden, RuleBroken
from core.host import Host
from core.ids import new_id
from core.installation.place import place_of
from core.journal import note
from core.registry.models import Installation
from core.sync.deliveries import delivery_of
from core.sync.look_first import look_first
from core.sync.models import (
    Binding,
    Connection,
    ConnectionState,
    Cursor,
    CursorMode,
    DeliveryState,
    OutboxRow,
    OutboxState,
    OutboxVerb,
)
from core.sync.models.outbox import OPEN
from core.sync.models.sighting import Sighting
from core.sync.outbox import adopt_waiting, wake_connection
from core.sync.pull.job import wake_pull
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: How much further back than the restored cursors the next pull begins.
STEP_BACK = timedelta(days=1)
_ON_ITS_WAY = (*OPEN, OutboxState.CLAIMED)
_THE_ORIGINALS = (
    "It was on its way when this copy was made, so the original sends it. Retry sends it from here."
)


def after_restore(work: UnitOfWork, host: Host) -> None:
    """A new epoch: what has not arrived is looked for before it is sent, and all is read again.

    Connections that are held since their ERP was put back stay so: see ``rewound.take_stock``.
    """
    held, installation = _decided(work, host)
    installation.epoch += 1
    note(work, "core_installation", installation.id, field="epoch", change=_up(installation))
    for connection in _held(work, held):
        let_go(work, connection)
    make_unsure(work)
    step_back(work)


def as_clone(work: UnitOfWork, host: Host) -> None:
    """An installation of its own that reads and never writes, until ``allow_push``."""
    held, installation = _decided(work, host)
    before = installation.id
    installation.id, installation.copy_of = new_id(), before
    installation.epoch, installation.pushes = 1, False
    work.session.flush()
    note(work, "core_installation", before, field="id", change=(before, installation.id))
    make_unsure(work)
    _leave_to_the_original(work)
    for connection in _held(work, held):
        let_go(work, connection)


def allow_push(work: UnitOfWork) -> None:
    installation = _locked(work)
    if installation.held:
        raise RuleBroken(_("Say first whether this database was restored or is a copy."))
    if installation.pushes:
        raise RuleBroken(_("This installation sends already."))
    installation.pushes = True
    note(work, "core_installation", installation.id, field="pushes", change=(False, True))
    for connection_id in work.session.scalars(select(Connection.id).order_by(Connection.id)):
        wake_connection(work, connection_id)


def let_go(work: UnitOfWork, connection: Connection) -> None:
    """It works again; if it can not, it says so by itself."""
    connection.state, connection.held = ConnectionState.LIVE, ""
    work.session.flush()
    if connection.is_default:
        adopt_waiting(work, connection)
    wake_connection(work, connection.id)
    wake_pull(work, connection.id)


def make_unsure(work: UnitOfWork, only: Sequence[UUID] | None = None) -> None:
    """Have everything that has not arrived looked for first: it may have been sent.

    ``only`` names bindings. What waits without a connection gets the mark when one adopts it.
    """
    for (connection_id, kind), rows in _unbound(work.session, only):
        look_first(work, connection_id, kind, [(row.id, row.outbox_id) for row in rows])


def step_back(work: UnitOfWork, connection_id: UUID | None = None) -> None:
    """The next pull begins earlier; with a connection from the start, and believes older stamps."""
    cursors = select(Cursor).where(Cursor.mode == CursorMode.INCREMENTAL).with_for_update()
    if connection_id is not None:
        cursors = cursors.where(Cursor.connection_id == connection_id)
        mine = select(Cursor.id).where(Cursor.connection_id == connection_id)
        work.session.execute(delete(Sighting).where(Sighting.cursor_id.in_(mine)))
    for cursor in work.session.scalars(cursors.order_by(Cursor.id)):
        if connection_id is not None:
            cursor.stamp, cursor.place = None, ""
        elif cursor.stamp is not None:
            cursor.stamp, cursor.place = cursor.stamp - STEP_BACK, ""
        cursor.floor_stamp, cursor.floor_place = None, ""
        cursor.mark_stamp, cursor.mark_place, cursor.mark_at = None, "", None
        cursor.began_at, cursor.at_stamp, cursor.at_place = None, None, ""
        cursor.back_stamp, cursor.behind = None, 0


def _unbound(
    session: Session, only: Sequence[UUID] | None
) -> Iterator[tuple[tuple[UUID, str], list[Any]]]:
    latest = func.max(OutboxRow.seq).over(partition_by=OutboxRow.binding_id)
    statement = (
        select(
            Binding.connection_id,
            Binding.id,
            Binding.kind,
            OutboxRow.id.label("outbox_id"),
            OutboxRow.seq,
            latest.label("latest"),
        )
        .join(OutboxRow, OutboxRow.binding_id == Binding.id)
        .where(
            Binding.connection_id.is_not(None),
            Binding.external_id.is_(None),
            Binding.reference.is_not(None),
        )
    )
    if only is not None:
        statement = statement.where(Binding.id.in_(only))
    ordered = statement.order_by(Binding.connection_id, Binding.kind, Binding.id)
    rows = [row for row in session.execute(ordered) if row.seq == row.latest]
    for key, group in groupby(rows, key=lambda row: (row.connection_id, row.kind)):
        yield key, list(group)


def _leave_to_the_original(work: UnitOfWork) -> None:
    rows = work.session.execute(
        select(OutboxRow, Binding)
        .join(Binding, Binding.id == OutboxRow.binding_id)
        .where(OutboxRow.state.in_(_ON_ITS_WAY))
        .order_by(Binding.id, OutboxRow.seq)
        .with_for_update()
    )
    for row, binding in rows:
        stop(work, row, binding, _THE_ORIGINALS)


def stop(work: UnitOfWork, row: OutboxRow, binding: Binding, words: str) -> None:
    """Left to a person, whatever was being done with it."""
    row.state, row.error, row.fence = OutboxState.STOPPED, "sync.stopped", row.fence + 1
    row.claimed_by, row.claimed_until, row.waits_for = None, None, None
    if row.verb is not OutboxVerb.SEND:
        row.message = words
        return
    binding.delivery, binding.message, binding.next_try_at = DeliveryState.STOPPED, words, None
    note(work, "core_binding", binding.id, field="delivery", change=(None, DeliveryState.STOPPED))
    outbound = work.enabled.outbound.get(binding.kind)
    if outbound is not None and outbound.settled is not None:
        work.session.flush()
        outbound.settled(work, binding.local_id, delivery_of(binding))


def _decided(work: UnitOfWork, host: Host) -> tuple[str, Installation]:
    """Why it was held, and the installation."""
    installation = _locked(work)
    held, installation.held = installation.held, ""
    note(work, "core_installation", installation.id, field="held", change=(held, ""))
    installation.place, installation.opened_at = place_of(work.session, host.settings), utcnow()
    return held, installation


def _locked(work: UnitOfWork) -> Installation:
    """For a decision; it is about the ERPs of every company."""
    seen = work.actor.companies
    if seen is not None:
        others = select(Connection.id).where(Connection.company_id.not_in(seen)).limit(1)
        if work.session.scalar(others) is not None:
            raise Forbidden(
                _("This concerns other companies, too: ask somebody who sees them all.")
            )
    return work.session.scalars(select(Installation).with_for_update()).one()


def _up(installation: Installation) -> tuple[int, int]:
    return installation.epoch - 1, installation.epoch


def _held(work: UnitOfWork, reason: str) -> list[Connection]:
    held = select(Connection).where(Connection.held != "", Connection.held == reason)
    return list(work.session.scalars(held.order_by(Connection.id).with_for_update()))
