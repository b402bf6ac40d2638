"""Business hours in a zone of the world: when somebody is there, and how long that is.

A moment is open when the clock on the wall there shows a time within the hours of its weekday, and
its date is no holiday. So an hour that daylight saving repeats counts twice, and one it skips does
not count: the hours are worked through in pieces over which the zone's offset stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
#: A calendar that opens at all opens within this; one that never does has no due time.
_LONGEST = timedelta(days=400)
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """``week`` holds Monday to Sunday: spans of minutes since midnight, from and until."""

    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[date] = frozenset()

    def hours(self, day: date) -> Sequence[tuple[int, int]]:
        return () if day in self.holidays else self.week[day.weekday()]


#: For tickets no policy's calendar applies to: at all hours of all days.
ALWAYS = Calendar(zone="UTC", week=(((0, MINUTES_A_DAY),),) * 7)


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """The open spans within, in order, in UTC. They may touch each other, and never overlap."""
    for since, until, offset in _pieces(calendar.zone, start, end):
        day = (since + offset).date()
        while True:
            midnight = datetime.combine(day, time(), UTC) - offset
            if midnight >= until:
                break
            for first, last in calendar.hours(day):
                begins = max(midnight + first * _MINUTE, since)
                ends = min(midnight + last * _MINUTE, until)
                if begins < ends:
                    yield begins, ends
            day += _DAY


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How long it is open between the two; zero when ``end`` is not behind ``start``."""
    return sum((last - first for first, last in open_spans(calendar, start, end)), timedelta())


def reached(calendar: Calendar, start: datetime, wanted: timedelta) -> datetime | None:
    """When ``wanted`` open time has passed since ``start``: the first such moment.

    None for a calendar that does not open for more than a year.
    """
    if wanted <= timedelta():
        return start
    since = idle_since = start
    while since - idle_since < _LONGEST:
        until = since + 14 * _DAY
        for first, last in open_spans(calendar, since, until):
            if last - first >= wanted:
                return first + wanted
            wanted -= last - first
            idle_since = until
        since = until
    return None


def _pieces(
    zone: str, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """From ``start`` to ``end`` in UTC, cut where the zone's offset changes; the offset of each."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    years = range(start.year, end.year + 1)
    cuts = [at for year in years for at in _changes(zone, year) if start < at < end]
    for since, until in pairwise([start, *cuts, end]):
        if since < until:
            yield since, until, _offset(zone, since)


@lru_cache(maxsize=256)
def _changes(zone: str, year: int) -> tuple[datetime, ...]:
    """The moments of the year from which on the zone's offset is another one."""
    half_days = [datetime(year, 1, 1, tzinfo=UTC) + n * _DAY / 2 for n in range(366 * 2 + 1)]
    return tuple(
        _between(zone, before, after)
        for before, after in pairwise(half_days)
        if _offset(zone, before) != _offset(zone, after)
    )


def _between(zone: str, before: datetime, after: datetime) -> datetime:
    """The first second with the offset of ``after``."""
    old = _offset(zone, before)
    while (apart := int((after - before).total_seconds())) > 1:
        middle = before + timedelta(seconds=apart // 2)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
