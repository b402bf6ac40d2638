"""Service levels the slow way: minute by minute, by what a clock on the wall shows.

Nothing of ``modules.service.rules`` is used but the names of states: this is what the rules are
compared with.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
#: Spans of minutes since midnight, Monday to Sunday.
Week = Sequence[Sequence[tuple[int, int]]]


@dataclass(frozen=True)
class Shop:
    """For each minute since ``start`` (UTC): 1 when somebody is there."""

    start: datetime
    open: bytes
    #: How many open minutes there were before each minute.
    before: Sequence[int]

    @staticmethod
    def of(zone: str, week: Week, holidays: frozenset[date], start: datetime, days: int) -> Shop:
        clock = ZoneInfo(zone)
        minutes = bytearray()
        for number in range(days * 24 * 60):
            wall = (start + number * MINUTE).astimezone(clock)
            now = wall.hour * 60 + wall.minute
            spans = () if wall.date() in holidays else week[wall.weekday()]
            minutes.append(any(first <= now < last for first, last in spans))
        return Shop(start, bytes(minutes), [0, *accumulate(minutes)])

    def number(self, moment: datetime) -> int:
        return int((moment - self.start) / MINUTE)

    def moment(self, number: int) -> datetime:
        return (self.start + number * MINUTE).astimezone(UTC)


#: In these states the customer waits for us.
OURS = {"new", "open", "waiting_third_party", "reopened"}


@dataclass(frozen=True)
class Watch:
    """A stop-watch beside one ticket: (minute, state), each from its minute on."""

    shop: Shop
    changes: Sequence[tuple[int, str]]

    def spent(self, until: int) -> int:
        return sum(
            self.shop.before[min(end, until)] - self.shop.before[start]
            for start, end in self._turns()
            if start < until
        )

    def due(self, promised: int) -> int | None:
        """The minute at whose beginning ``promised`` minutes are used up; None: unknown yet."""
        left = promised
        for start, end in self._turns():
            have = self.shop.before[end] - self.shop.before[start]
            if left <= have:
                # The first minute before which so many were open.
                return bisect_left(self.shop.before, self.shop.before[start] + left, lo=start)
            left -= have
        return None

    def _turns(self) -> list[tuple[int, int]]:
        last = len(self.shop.open)
        ends = [minute for minute, _state in self.changes[1:]] + [last]
        return [
            (minute, end)
            for (minute, state), end in zip(self.changes, ends, strict=True)
            if state in OURS
        ]
