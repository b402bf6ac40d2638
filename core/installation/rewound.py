"""An ERP that was put back to an earlier state: noticed by what it no longer has of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, select, update

from core.errors import CrmError
from core.installation.deciding import let_go, make_unsure, step_back, stop
from core.installation.recognise import hold_connection
from core.jobs.job import JobContext
from core.sync.contract import ErpSession, Finds
from core.sync.gate import admitted
from core.sync.models import Binding, Connection, ConnectionState, Cursor, CursorMode, InboxRow
from core.sync.open_sessions import kept_session
from core.sync.outbox import put_in_queue
from core.sync.values import Position
from core.work import UnitOfWork

log = structlog.get_logger(__name__)

#: Of each kind the newest records we sent are looked for, every so often.
_NEWEST = 5
#: So many of them are lost to nothing but a restore; fewer, together with a stream that has
#: nothing as new as what we read, or two such streams.
_MANY, _SIGNS = 3, 2
#: Records per question when all that is lost is looked for; so many lists in a row without a loss
#: are its end, since what is lost is what came last.
_LIST, _CLEAN_LISTS = 100, 3

Bound = Row[UUID, str, str]


def look_back(context: JobContext, args: Mapping[str, Any]) -> None:
    """Hold the connection when the ERP has lost what it had: the newest of ours, and its stamps."""
    with context.read() as work:
        connection = admitted(work, UUID(args["connection"]))
        if connection is None:
            return
        newest = {
            kind: _bound(work, connection.id, kind, _NEWEST) for kind in work.enabled.outbound
        }
        cursors = _cursors(work, connection.id)
    try:
        session = kept_session(context.host, connection)
        lost = [row for kind in newest for row in _first(session, context, kind, newest[kind])]
        behind = _streams_behind(session, context, cursors)
    except CrmError as error:  # it does not answer: that is not for us to say
        log.info("look_back.unanswered", connection=connection.name, reason=str(error))
        return
    if reason := _reason(lost, behind):
        with context.write() as work:
            _hold(work, connection.id, reason)


def _reason(lost: Sequence[Bound], behind: Sequence[str]) -> str:
    """A person may delete a record or two, and the newest of one kind: a restore takes more."""
    if len(lost) < _MANY and len(behind) + min(len(lost), 1) < _SIGNS:
        return ""
    signs = [f"it no longer has {row.external_id}" for row in lost[:3]]
    signs += [f"it has no {kind} as new as one we have read" for kind in behind[:3]]
    return f"The ERP seems to be in an earlier state than before: {'; '.join(signs)}."


def take_stock(context: JobContext, args: Mapping[str, Any]) -> None:
    """A person said that the ERP was put back: state what it lost, and work with it again.

    What was lost is left to people, each with a retry: the ERP's own people may have entered it
    again. Everything is read anew, since older states are the truth now.
    """
    connection_id = UUID(args["connection"])
    with context.read() as work:
        connection = work.session.get_one(Connection, connection_id)
        kinds = list(work.enabled.outbound)
    session = kept_session(context.host, connection)
    lost = [row for kind in kinds for row in _lost(context, session, connection_id, kind)]
    with context.write() as work:
        # Bindings by id and then the connection: the order of whoever settles what was sent.
        bindings = _locked(work, [row.id for row in lost])
        connection = work.session.get_one(Connection, connection_id, with_for_update=True)
        if not connection.held:
            return
        _state_lost(work, bindings)
        step_back(work, connection_id)
        mine = update(InboxRow).where(InboxRow.connection_id == connection_id)
        work.session.execute(mine.values(applied_stamp=None))
        let_go(work, connection)
    log.warning("erp.took_stock", connection=connection.name, lost=len(lost))


def _first(
    session: ErpSession, context: JobContext, kind: str, rows: Sequence[Bound]
) -> list[Bound]:
    """Those gone before the first that is still there: a restore takes the newest, all of them."""
    missing = _gone(session, context, kind, rows)
    return list(takewhile(lambda row: row in missing, rows))


def _gone(
    session: ErpSession, context: JobContext, kind: str, rows: Sequence[Bound]
) -> list[Bound]:
    """Those of ``rows`` that the ERP does not have any more. Talks to the ERP."""
    endpoint = _endpoint(session, context, kind)
    if not rows or not isinstance(endpoint, Finds):
        return []
    found = {(hit.reference, hit.ref.id) for hit in endpoint.find([row.reference for row in rows])}
    return [row for row in rows if (row.reference, row.external_id) not in found]


def _lost(context: JobContext, session: ErpSession, connection_id: UUID, kind: str) -> list[Bound]:
    lost: list[Bound] = []
    clean, before = 0, None
    while clean < _CLEAN_LISTS:
        with context.read() as work:
            rows = _bound(work, connection_id, kind, _LIST, before=before)
        if not rows:
            break
        missing = _gone(session, context, kind, rows)
        clean = 0 if missing else clean + 1
        lost += missing
        before = rows[-1].id
    return lost


def _bound(
    work: UnitOfWork, connection_id: UUID, kind: str, limit: int, *, before: UUID | None = None
) -> list[Bound]:
    """What we sent and the ERP had, newest first."""
    statement = select(Binding.id, Binding.reference, Binding.external_id).where(
        Binding.connection_id == connection_id,
        Binding.kind == kind,
        Binding.delivery.is_not(None),
        Binding.reference.is_not(None),
        Binding.external_id.is_not(None),
    )
    if before is not None:
        statement = statement.where(Binding.id < before)
    return list(work.session.execute(statement.order_by(Binding.id.desc()).limit(limit)))


def _cursors(work: UnitOfWork, connection_id: UUID) -> list[Cursor]:
    mine = select(Cursor).where(
        Cursor.connection_id == connection_id,
        Cursor.mode == CursorMode.INCREMENTAL,
        Cursor.stamp.is_not(None),
    )
    return list(work.session.scalars(mine.order_by(Cursor.kind, Cursor.stream)))


def _streams_behind(
    session: ErpSession, context: JobContext, cursors: Sequence[Cursor]
) -> list[str]:
    """Kinds of which the ERP has nothing as new as what we have read."""
    behind = []
    for cursor in cursors:
        for stream in _endpoint(session, context, cursor.kind, inbound=True).streams:
            if stream.name == cursor.stream:
                page = stream.changed(Position(stamp=cursor.stamp), 1)
                if not page.items and page.next is None:
                    behind.append(cursor.kind)
    return behind


class _NoStreams:
    streams: tuple[()] = ()


def _endpoint(session: ErpSession, context: JobContext, kind: str, *, inbound: bool = False) -> Any:
    with context.read() as work:
        if inbound:
            documents = {one.kind: one.document for one in work.enabled.inbound}
        else:
            documents = {one.kind: one.document for one in work.enabled.outbound.values()}
    wanted = documents.get(kind)
    return next((one for one in session.endpoints if one.document is wanted), _NoStreams())


def _hold(work: UnitOfWork, connection_id: UUID, reason: str) -> None:
    connection = work.session.get_one(Connection, connection_id, with_for_update=True)
    if connection.state is ConnectionState.LIVE:
        hold_connection(connection, reason)
        log.error("connection.held", connection=connection.name, reason=reason)


def _locked(work: UnitOfWork, binding_ids: Sequence[UUID]) -> list[Binding]:
    found = select(Binding).where(Binding.id.in_(binding_ids)).order_by(Binding.id)
    return list(work.session.scalars(found.with_for_update()))


def _state_lost(work: UnitOfWork, bindings: Sequence[Binding]) -> None:
    for binding in bindings:
        words = (
            f"The ERP was put back to an earlier state and no longer has {binding.external_id}."
            " Retry sends it again."
        )
        binding.external_id, binding.number, binding.version = None, None, None
        stop(work, put_in_queue(work, binding), binding, words)
    make_unsure(work, [binding.id for binding in bindings])
