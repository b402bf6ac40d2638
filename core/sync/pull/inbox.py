"""Documents with effects: each changed version is applied once, in order, in a transaction.

Compared with what was applied *last*, so open, paid and open again are three effects. What can not
be applied yet is kept with its body: waiting for what it refers to, or stopped for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import select, update

from core.clock import utcnow
from core.codec import canonical, from_plain, to_plain
from core.errors import CrmError
from core.sync.bindings import ConnectionBindings
from core.sync.exchange import Arrived, Inbound, Missing
from core.sync.models import Binding, InboxRow, InboxState
from core.sync.values import Seen
from core.web.i18n import lazy
from core.work import UnitOfWork

log = structlog.get_logger()

#: What people read of a document that is gone, and that no module says what to do about.
DELETED = lazy(
    "It was deleted in the ERP, and is kept here. Was that a mistake: restore it there, and it is"
    " taken over again. If not: cancel or correct it here by hand, and close this."
)
#: Tries before a document that can not be applied is left to a person.
MOST_TRIES = 6
#: Pause after the first try; it grows with every one, up to ``LONGEST`` times.
WAIT, LONGEST = timedelta(seconds=10), 60


@dataclass(slots=True)
class Took:
    """What a page came to. ``missing`` are (kind, external id) to pull first."""

    written: int = 0
    unchanged: int = 0
    missing: set[tuple[str, str]] = field(default_factory=set)


def take(
    work: UnitOfWork,
    inbound: Inbound[Any],
    seen: Sequence[Seen[Any]],
    bindings: ConnectionBindings,
) -> Took:
    """Apply what is new of ``seen``, whose bodies are there."""
    rows = _rows(work, inbound.kind, [item.ref.id for item in seen], bindings)
    news = [rows[item.ref.id] for item in seen if _note(rows[item.ref.id], item)]
    took = _apply_all(work, inbound, news, bindings)
    took.unchanged += len(seen) - len(news)
    return took


def retry(
    work: UnitOfWork, inbound: Inbound[Any], bindings: ConnectionBindings, *, limit: int = 200
) -> Took:
    """Try again what waits and is due."""
    waiting = (
        select(InboxRow)
        .where(
            InboxRow.connection_id == bindings.connection_id,
            InboxRow.kind == inbound.kind,
            InboxRow.state.in_([InboxState.PENDING, InboxState.WAITING]),
            InboxRow.due_at <= utcnow(),
        )
        .order_by(InboxRow.stamp, InboxRow.id)
        .limit(limit)
    )
    return _apply_all(work, inbound, work.session.scalars(waiting).all(), bindings)


def wake(work: UnitOfWork, inbound: Inbound[Any], bindings: ConnectionBindings) -> None:
    """Something that others wait for has come: all of this kind that wait are due."""
    work.session.execute(
        update(InboxRow)
        .where(
            InboxRow.connection_id == bindings.connection_id,
            InboxRow.kind == inbound.kind,
            InboxRow.state == InboxState.WAITING,
        )
        .values(due_at=utcnow())
    )


def _apply_all(
    work: UnitOfWork,
    inbound: Inbound[Any],
    rows: Sequence[InboxRow],
    bindings: ConnectionBindings,
) -> Took:
    took = Took()
    ours = _by_reference(work, inbound.kind, rows, bindings)
    for row in rows:
        if row.body is None:  # a person had it tried again, and the ERP has it no more
            row.state, row.message = InboxState.STOPPED, str(DELETED)
        elif row.reference not in ours or ours[row.reference] == row.external_id:
            _apply(work, inbound, row, bindings, took)
        elif ours[row.reference] is None:
            _postpone(row, InboxState.WAITING, "It is ours, and just being sent.")
        else:
            # A stray draft never becomes an order of its own.
            row.state, row.applied_hash, row.body = InboxState.APPLIED, row.hash, None
            row.message = f"Carries our reference, but {ours[row.reference]} is the one we made."
    return took


def _rows(
    work: UnitOfWork, kind: str, external_ids: Sequence[str], bindings: ConnectionBindings
) -> dict[str, InboxRow]:
    known = work.session.scalars(
        select(InboxRow).where(
            InboxRow.connection_id == bindings.connection_id,
            InboxRow.kind == kind,
            InboxRow.external_id.in_(external_ids),
        )
    )
    rows = {row.external_id: row for row in known}
    for external_id in external_ids:
        if external_id not in rows:
            rows[external_id] = InboxRow(
                connection_id=bindings.connection_id,
                company_id=bindings.company_id,
                kind=kind,
                external_id=external_id,
                attempts=0,
            )
            work.session.add(rows[external_id])
    return rows


def _by_reference(
    work: UnitOfWork, kind: str, rows: Sequence[InboxRow], bindings: ConnectionBindings
) -> dict[str | None, str | None]:
    """Our references among the rows: the id we know each by, None while it is being sent."""
    references = [row.reference for row in rows if row.reference]
    if not references:
        return {}
    found = work.session.execute(
        select(Binding.reference, Binding.external_id).where(
            Binding.connection_id == bindings.connection_id,
            Binding.kind == kind,
            Binding.reference.in_(references),
        )
    )
    return dict(found.all())


def _note(row: InboxRow, item: Seen[Any]) -> bool:
    """Keep the version in the row; False when it says nothing new, or is older than applied."""
    digest = sha256(canonical(item.body)).hexdigest()
    if row.applied_hash == digest and row.state is InboxState.APPLIED:
        row.applied_stamp = max(filter(None, (row.applied_stamp, item.stamp)), default=None)
        return False
    if item.stamp and row.applied_stamp and item.stamp < row.applied_stamp:
        return False
    if row.hash == digest and row.state in {InboxState.STOPPED, InboxState.CLOSED}:
        return False
    row.hash, row.stamp, row.version = digest, item.stamp, item.ref.version
    row.body, row.reference = to_plain(item.body), item.reference
    row.state, row.attempts, row.message = InboxState.PENDING, 0, ""
    row.arrived_at = row.due_at = utcnow()
    return True


def _apply(
    work: UnitOfWork,
    inbound: Inbound[Any],
    row: InboxRow,
    bindings: ConnectionBindings,
    took: Took,
) -> None:
    work.session.flush()
    try:
        with work.session.begin_nested():
            local_id = inbound.apply(work, _arrived(inbound, row, bindings), bindings)
            bindings.bind(inbound.kind, {row.external_id: local_id})
    except Missing as error:
        took.missing |= error.needs
        _postpone(row, InboxState.WAITING, str(error))
    except CrmError as error:
        _postpone(row, InboxState.PENDING, str(error))
    except Exception as error:  # a border: a module's code
        log.exception("inbox.failed", kind=inbound.kind, external_id=row.external_id)
        _postpone(row, InboxState.PENDING, f"{type(error).__name__}: {error}")
    else:
        took.written += 1
        row.state, row.message, row.body = InboxState.APPLIED, "", None
        row.applied_hash, row.applied_version = row.hash, row.version
        row.applied_stamp, row.applied_at = row.stamp, utcnow()


def _arrived(inbound: Inbound[Any], row: InboxRow, bindings: ConnectionBindings) -> Arrived[Any]:
    return Arrived(
        external_id=row.external_id,
        document=from_plain(row.body, inbound.document),
        local_id=bindings.local(inbound.kind, row.external_id),
        reference=row.reference,
        stamp=row.stamp,
    )


def _postpone(row: InboxRow, state: InboxState, message: str) -> None:
    """What waits is tried for ever, ever more rarely; what fails is left to a person in the end."""
    row.attempts += 1
    gives_up = state is InboxState.PENDING and row.attempts >= MOST_TRIES
    row.state = InboxState.STOPPED if gives_up else state
    row.message = message
    row.due_at = utcnow() + WAIT * min(row.attempts, LONGEST)
