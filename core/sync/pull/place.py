"""Where to read a stream from. Arithmetic on a cursor: no wire, no database.

An ERP stamps a record with the start of its transaction, so one that commits late appears behind
records we have read already (measured on Tryton and PostgreSQL: 400 of 400 missed without overlap).
Each reading therefore looks back by ``OVERLAP``. Durations are ours, stamps are the ERP's: the two
clocks are never compared, so it does not matter what time it is over there.

How far back is enough? What the last reading could not see was begun at most ``OVERLAP`` before
that reading began. Its furthest stamp is at most the ERP's clock at its end, which is as much later
than at its beginning as the reading took. So: furthest stamp, less its duration, less the overlap.

It need not go back for ever: once a reading that began ``OVERLAP`` after a place was reached has
ended, nothing can appear behind that place any more. That is the floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.sync.models import Cursor
from core.sync.values import Position, Seen

#: The longest transaction of an ERP that is still caught by a poll; what takes longer, the sweep
#: finds.
OVERLAP = timedelta(minutes=5)
#: Of more records than this behind the end, a poll asks once the overlap has passed, and not every
#: time: a mass change would have the ERP list it again every few seconds.
MANY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way through a stream. One that looks back has begun at ``began_at``, by our clock."""

    start: Position
    began_at: datetime | None
    #: The furthest stamp when it began.
    known: datetime | None


def reading_of(cursor: Cursor, now: datetime) -> Reading:
    """The reading under way, from where it was, or the next one."""
    known = cursor.stamp
    if cursor.began_at is not None:
        place = Position(stamp=cursor.at_stamp, id=cursor.at_place)
        return Reading(start=place, began_at=cursor.began_at, known=known)
    if _is_costly(cursor, now):
        end = Position(stamp=cursor.stamp, id=cursor.place)
        return Reading(start=end, began_at=None, known=known)
    return Reading(start=start_of(cursor), began_at=now, known=known)


def start_of(cursor: Cursor) -> Position:
    """Where the next look back starts. A feed with a token has no stamp and goes on where it was"""
    if cursor.stamp is None:
        return Position(id=cursor.place)
    back = cursor.back_stamp or cursor.stamp - OVERLAP
    if cursor.floor_stamp is not None and cursor.floor_stamp >= back:
        return Position(stamp=cursor.floor_stamp, id=cursor.floor_place)
    return Position(stamp=back)


def unseen(items: Iterable[Seen[Any]], sighted: Mapping[str, datetime]) -> list[Seen[Any]]:
    """The newest sighting of each record that was not read with that stamp, in their order."""
    newest: dict[str, Seen[Any]] = {}
    for item in items:
        other = newest.get(item.ref.id)
        if other is None or other.stamp is None or item.stamp is None or item.stamp >= other.stamp:
            newest[item.ref.id] = item
    return [
        item for key, item in newest.items() if item.stamp is None or sighted.get(key) != item.stamp
    ]


def worth_noting(
    cursor: Cursor, reading: Reading, items: Iterable[Seen[Any]], *, now: datetime
) -> dict[str, datetime]:
    """What of a page the next look back may meet again; the cursor has moved past the page."""
    if cursor.stamp is None:
        return {}
    back = _back(cursor.stamp, reading.began_at, now) if reading.began_at else cursor.back_stamp
    return {
        item.ref.id: item.stamp
        for item in items
        if item.stamp
        and (back is None or item.stamp >= back)
        and not _may_move_unseen(cursor, reading, item.stamp)
    }


def advance(cursor: Cursor, reading: Reading, after: Position) -> None:
    """A page was stored: ``after`` is the place behind it."""
    if reading.began_at is not None:
        cursor.began_at = reading.began_at
        cursor.at_stamp, cursor.at_place = after.stamp, after.id
    if _is_further(cursor, after):
        cursor.stamp, cursor.place = after.stamp, after.id


def reached_end(cursor: Cursor, reading: Reading, now: datetime) -> None:
    cursor.polled_at = now
    cursor.began_at, cursor.at_stamp, cursor.at_place = None, None, ""
    if cursor.stamp is None or reading.began_at is None:
        return
    cursor.back_stamp = _back(cursor.stamp, reading.began_at, now)
    if cursor.mark_at is not None and reading.began_at - cursor.mark_at < OVERLAP:
        return
    cursor.floor_stamp, cursor.floor_place = cursor.mark_stamp, cursor.mark_place
    cursor.mark_stamp, cursor.mark_place, cursor.mark_at = cursor.stamp, cursor.place, now


def start_anew(cursor: Cursor) -> None:
    """The feed forgot our place: it is read from its beginning."""
    cursor.stamp, cursor.place, cursor.back_stamp = None, "", None
    cursor.began_at, cursor.at_stamp, cursor.at_place = None, None, ""
    cursor.floor_stamp, cursor.floor_place = None, ""
    cursor.mark_stamp, cursor.mark_place, cursor.mark_at = None, "", None


def _back(furthest: datetime, began_at: datetime, now: datetime) -> datetime:
    return furthest - OVERLAP - (now - began_at)


def _is_costly(cursor: Cursor, now: datetime) -> bool:
    if cursor.stamp is None or cursor.mark_at is None or cursor.behind <= MANY:
        return False
    return now - cursor.mark_at < OVERLAP


def _may_move_unseen(cursor: Cursor, reading: Reading, stamp: datetime) -> bool:
    """A stamp of whole seconds, and that second may not be over: it is read once more."""
    is_new = reading.known is None or stamp > reading.known
    return stamp.microsecond == 0 and stamp == cursor.stamp and is_new


def _is_further(cursor: Cursor, after: Position) -> bool:
    if cursor.stamp is None or after.stamp is None:
        return True
    # Only the connector compares ids; within one stamp it goes forward.
    return after.stamp >= cursor.stamp
