"""What people do about records that wait or are stopped: have them tried again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from core.api.listing import ListQuery, page
from core.clock import utcnow
from core.companies import fetch
from core.errors import RuleBroken
from core.sync import outbox
from core.sync.attention import STOPPED, Way
from core.sync.models import Connection, ConnectionState, InboxRow, InboxState, OutboxRow
from core.sync.pull.job import wake_pull
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Records one press of a button has tried again; one transaction carries them.
MOST_AT_ONCE = 400
_OPEN = frozenset({InboxState.PENDING, InboxState.WAITING, InboxState.STOPPED})
_PAGE = 200


def try_again(work: UnitOfWork, way: Way, row_id: UUID) -> None:
    """One record, now. Raise RuleBroken when it is neither stopped nor, coming in, waiting."""
    if way is Way.OUT:
        fetch(work, OutboxRow, row_id)
        outbox.retry(work, row_id)
    else:
        row = fetch(work, InboxRow, row_id, lock=True)
        if row.state not in _OPEN:
            raise RuleBroken(_("This record is not stopped: it was taken over meanwhile."))
        _take_again(row)
        _wake(work, [row.connection_id])


def way_of(work: UnitOfWork, row_id: UUID) -> Way:
    """Which way the row goes. Raise NotFound."""
    if work.session.get(OutboxRow, row_id) is not None:
        return Way.OUT
    fetch(work, InboxRow, row_id)
    return Way.IN


def try_all_again(work: UnitOfWork, wanted: Mapping[str, str]) -> int:
    """The stopped records the list shows with these filters, ``MOST_AT_ONCE`` at most.

    Answers how many; asking again brings the next ones.
    """
    ids: dict[Way, list[UUID]] = {Way.OUT: [], Way.IN: []}
    query = ListQuery(filters=wanted, limit=_PAGE)
    while sum(map(len, ids.values())) < MOST_AT_ONCE:
        found = page(work, STOPPED, query)
        for row in found.rows:
            ids[Way(row.way)].append(row.id)
        if found.next is None:
            break
        query = ListQuery(filters=wanted, limit=_PAGE, after=found.next)
    for row_id in ids[Way.OUT]:
        outbox.retry(work, row_id, looked=False)
    _take_all_again(work, ids[Way.IN])
    return sum(map(len, ids.values()))


def _take_all_again(work: UnitOfWork, ids: list[UUID]) -> None:
    if not ids:
        return
    rows = work.session.scalars(
        select(InboxRow).where(InboxRow.id.in_(ids)).order_by(InboxRow.id).with_for_update()
    ).all()
    for row in rows:
        if row.state is InboxState.STOPPED:
            _take_again(row)
    _wake(work, {row.connection_id for row in rows})


def _take_again(row: InboxRow) -> None:
    """The next pull applies it from the body that was kept."""
    row.state, row.attempts, row.message, row.due_at = InboxState.PENDING, 0, "", utcnow()


def _wake(work: UnitOfWork, connection_ids: Iterable[UUID]) -> None:
    live = select(Connection.id).where(
        Connection.id.in_(list(connection_ids)), Connection.state == ConnectionState.LIVE
    )
    for connection_id in work.session.scalars(live.order_by(Connection.id)):
        wake_pull(work, connection_id)
