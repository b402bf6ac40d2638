"""What people do about records that wait or are stopped: have them tried again, or close them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from core.api.listing import ListQuery, page
from core.clock import utcnow
from core.companies import fetch
from core.errors import Invalid, RuleBroken
from core.journal import note
from core.sync import outbox
from core.sync.attention import STOPPED, Way
from core.sync.models import Connection, ConnectionState, InboxRow, InboxState, OutboxRow
from core.sync.pull.job import wake_pull
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Records one press of a button has tried again; one transaction carries them.
MOST_AT_ONCE = 400
_OPEN = frozenset({InboxState.PENDING, InboxState.WAITING, InboxState.STOPPED, InboxState.CLOSED})
#: What a reason may be at most.
LONGEST_REASON = 500
_PAGE = 200


def try_again(work: UnitOfWork, way: Way, row_id: UUID) -> None:
    """One record, now. Raise RuleBroken when it is neither stopped nor, coming in, waiting.

    One that came in and was closed is opened again by it.
    """
    if way is Way.OUT:
        fetch(work, OutboxRow, row_id)
        outbox.retry(work, row_id)
    else:
        row = fetch(work, InboxRow, row_id, lock=True)
        if row.state not in _OPEN:
            raise RuleBroken(_("This record is not stopped: it was taken over meanwhile."))
        _take_again(row)
        _wake(work, [row.connection_id])


def close(work: UnitOfWork, row_id: UUID, reason: str) -> InboxRow:
    """Nothing comes of a stopped record that came in: who says so and why is in the history.

    Raise Invalid without a reason, RuleBroken for what is not stopped, and for what goes out: that
    is taken back, or cancelled, where it was made.
    """
    words = " ".join(reason.split())
    if not 0 < len(words) <= LONGEST_REASON:
        problem = _("Say why, in at most %(n)s characters.", n=LONGEST_REASON)
        raise Invalid(problem, fields={"reason": problem})
    if way_of(work, row_id) is Way.OUT:
        fetch(work, OutboxRow, row_id)
        raise RuleBroken(_("It goes to the ERP: take it back or cancel it where it was made."))
    row = fetch(work, InboxRow, row_id, lock=True)
    if row.state is not InboxState.STOPPED:
        raise RuleBroken(_("This record is not stopped."))
    note(work, InboxRow.__tablename__, row.id, field="closed", change=(row.message, words))
    row.state, row.message = InboxState.CLOSED, words
    return row


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
