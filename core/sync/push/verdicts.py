"""What each kind of trouble means for a record: one table, so that it is the same everywhere."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from core.clock import utcnow
from core.sync.errors import (
    AuthFailed,
    Conflict,
    InDoubt,
    NotFound,
    RateLimited,
    Rejected,
    SyncError,
    Unsent,
)
from core.sync.models import DeliveryState, OutboxState
from core.sync.outbox import UNKNOWN
from core.sync.push.parcel import Parcel, Verdict
from core.sync.values import Done

#: Seconds before the second try, doubled with each further one up to the longest.
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 60.0
#: Stale versions in a row before a person must look.
MOST_CONFLICTS = 3
#: Unanswered writes in a row, though the ERP answers when asked, before a person must look.
MOST_DOUBTS = 8


class NotShown(SyncError):
    """What the ERP said it made is not found by its reference."""

    code = "sync.not_shown"


_MOST = {Conflict.code: MOST_CONFLICTS, NotShown.code: MOST_DOUBTS}


def confirmed(done: Done) -> Verdict:
    return Verdict(row=OutboxState.DONE, delivery=DeliveryState.CONFIRMED, done=done)


def stopped(message: str, *, code: str = "sync.stopped") -> Verdict:
    return Verdict(
        row=OutboxState.STOPPED, delivery=DeliveryState.STOPPED, message=message, error=code
    )


def later(message: str, due_at: datetime, *, code: str, counts: bool = False) -> Verdict:
    """Tried again by itself. What the ERP has of it already stays visible."""
    return Verdict(
        row=OutboxState.QUEUED,
        delivery=DeliveryState.QUEUED,
        message=message,
        error=code,
        due_at=due_at,
        counts=counts,
    )


def unknown(error: object) -> Verdict:
    """The ERP can not be asked whether it arrived: never sent again but by a person."""
    return stopped(
        f"It was sent and no answer came, and this ERP can not be asked for it: {error} Look"
        " there for our reference. Only if it is not there, have it tried again.",
        code=UNKNOWN,
    )


def not_shown(parcel: Parcel) -> Verdict:
    """The ERP made it, and its look-up does not show it (yet)."""
    words = f"The ERP answered that it made {parcel.external_id}, and does not show it."
    return verdict(parcel, NotShown(words))


def verdict(parcel: Parcel, error: SyncError) -> Verdict:
    """What ``error``, said of this record or of the whole list, means for it."""
    words = str(error)
    match error:
        case Rejected():
            found = _rejected(error)
        case InDoubt():
            found = _in_doubt(parcel, error)
        case RateLimited():
            found = later(f"The ERP asks to wait: {words}", error.until, code=error.code)
        case AuthFailed():
            found = later(f"The ERP refuses our credentials: {words}", utcnow(), code=error.code)
        case Conflict() | NotShown() if _tries(parcel, error) < _MOST[error.code]:
            found = later(words, _next_try(parcel, error), code=error.code, counts=True)
        case Unsent():
            found = later(words, _next_try(parcel, error), code=error.code, counts=True)
        case NotFound():
            found = stopped(f"The ERP no longer has it: {words}", code=error.code)
        case _:
            found = stopped(words, code=error.code)
    return found


def _rejected(error: Rejected) -> Verdict:
    return Verdict(
        row=OutboxState.STOPPED,
        delivery=DeliveryState.REJECTED,
        message=str(error),
        field=error.field,
        error=error.code,
    )


def _in_doubt(parcel: Parcel, error: InDoubt) -> Verdict:
    if _tries(parcel, error) >= MOST_DOUBTS:
        return stopped(
            f"The ERP was asked {MOST_DOUBTS} times and never answered readably: {error}",
            code=error.code,
        )
    return Verdict(
        row=OutboxState.QUEUED,
        delivery=DeliveryState.IN_DOUBT,
        message=f"It was sent and no answer came: {error}",
        error=error.code,
        due_at=_next_try(parcel, error),
        counts=True,
    )


def _tries(parcel: Parcel, error: SyncError) -> int:
    """In a row that ended in this trouble, this one included."""
    return parcel.attempts + 1 if parcel.error == error.code else 1


def _next_try(parcel: Parcel, error: SyncError) -> datetime:
    if isinstance(error, Unsent) and error.after_s is not None:
        return utcnow() + timedelta(seconds=error.after_s)
    return utcnow() + back_off(_tries(parcel, error))


def back_off(tries: int) -> timedelta:
    """Doubled each time, with a fifth of chance, so that many do not come back at once."""
    wait_s = min(FIRST_WAIT_S * 2 ** min(tries - 1, 10), LONGEST_WAIT_S)
    return timedelta(seconds=wait_s * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
