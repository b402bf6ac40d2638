"""Requests that write: a row is committed before they leave, and closed when the end is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog
from sqlalchemy import select, update

from core.clock import utcnow
from core.ids import new_id
from core.sync.errors import AuthFailed, InDoubt, RateLimited, SyncError, Unsent
from core.sync.models import Attempt, AttemptItem, AttemptOutcome
from core.sync.models.attempt import UNSURE
from core.sync.push.answers import checked
from core.sync.push.claim import Route
from core.sync.push.parcel import Parcel
from core.sync.values import Done, Outcome
from core.work import UnitOfWork

log = structlog.get_logger()

#: Answers one outcome per parcel, in order, or raises what is true of all of them.
Call = Callable[[Sequence[Parcel]], Sequence[Outcome]]


def open_attempt(
    work: UnitOfWork, route: Route, verb: str, *, run_id: UUID, parcels: Sequence[Parcel]
) -> UUID:
    """From the commit on, whoever comes next knows that a request may be under way."""
    attempt_id = new_id()
    work.session.add(
        Attempt(
            id=attempt_id,
            connection_id=route.connection_id,
            kind=route.kind,
            verb=verb,
            run_id=run_id,
        )
    )
    work.session.flush()
    work.session.add_all(
        AttemptItem(attempt_id=attempt_id, binding_id=p.binding_id, outbox_id=p.outbox_id)
        for p in parcels
    )
    return attempt_id


def close_attempt(
    work: UnitOfWork, attempt_id: UUID, parcels: Sequence[Parcel], outcomes: Sequence[Outcome]
) -> None:
    items = work.session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt_id))
    by_outbox = {item.outbox_id: item for item in items}
    for parcel, outcome in zip(parcels, outcomes, strict=True):
        item = by_outbox[parcel.outbox_id]
        item.outcome = outcome_of(outcome)
        item.message = "" if isinstance(outcome, Done) else str(outcome)
    work.session.get_one(Attempt, attempt_id).ended_at = utcnow()


def resolve(work: UnitOfWork, parcels: Sequence[Parcel]) -> None:
    """A look over there told what became of all earlier writes of these records."""
    work.session.execute(
        update(AttemptItem)
        .where(
            AttemptItem.binding_id.in_([parcel.binding_id for parcel in parcels]),
            AttemptItem.outcome.in_(UNSURE),
        )
        .values(outcome=AttemptOutcome.RESOLVED)
    )


def doubt(work: UnitOfWork, parcels: Sequence[Parcel]) -> None:
    """What was said to be done is not so: the next run looks before it writes."""
    work.session.execute(
        update(AttemptItem)
        .where(
            AttemptItem.outbox_id.in_([parcel.outbox_id for parcel in parcels]),
            AttemptItem.outcome == AttemptOutcome.DONE,
        )
        .values(outcome=AttemptOutcome.IN_DOUBT)
    )


def outcome_of(outcome: Outcome) -> AttemptOutcome:
    if isinstance(outcome, Done):
        return AttemptOutcome.DONE
    if isinstance(outcome, InDoubt):
        return AttemptOutcome.IN_DOUBT
    if isinstance(outcome, Unsent | RateLimited | AuthFailed):
        return AttemptOutcome.UNSENT
    return AttemptOutcome.REFUSED


def is_answer(outcomes: Sequence[Outcome] | SyncError) -> bool:
    """Whether the ERP has said anything, be it no; what it is said of is another matter."""
    said = [outcomes] if isinstance(outcomes, SyncError) else outcomes
    return any(not isinstance(one, Unsent | InDoubt | RateLimited | AuthFailed) for one in said)


def outcomes_of(call: Call, parcels: Sequence[Parcel]) -> Sequence[Outcome] | SyncError:
    """What the write came to, or the error that is true of the whole list.

    A connector that fails in its own code, or does not answer one outcome per record, leaves all
    of them in doubt: the write may have been done.
    """
    try:
        return checked(call(parcels), parcels)
    except SyncError as error:
        return error
    except Exception as error:  # a border: a stranger's code
        log.exception("connector.failed", records=len(parcels))
        return InDoubt(f"The connector failed: {type(error).__name__}: {error}")
