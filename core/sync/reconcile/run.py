"""Compare one kind of one connection over a period: by day, then document by document.

Days whose digests are equal hold the same documents on both sides. The others are read a second
time, on both sides, so that what changed in between is no difference; what is different then, is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.jobs.job import JobContext
from core.sync.reconcile.compare import Difference, pair
from core.sync.reconcile.figures import Days, Figures, altogether, by_day
from core.sync.reconcile.line import Line
from core.sync.reconcile.missing import Missing
from core.sync.reconcile.ours import Ours
from core.sync.reconcile.theirs import Theirs


class How(StrEnum):
    #: Every document of the period was read and is in the digests.
    DOCUMENTS = "documents"
    #: The ERP told its sums; the documents of days that differ were read.
    SUMS = "sums"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCompared:
    day: date | None
    ours: Figures
    theirs: Figures
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCompared:
    kind: str
    how: How
    days: Sequence[DayCompared]
    differences: Sequence[Difference]
    #: The ERP's own sums where it also listed its documents; None when it has none.
    control: Figures | None

    @property
    def ours(self) -> Figures:
        return altogether({one.day: one.ours for one in self.days})

    @property
    def theirs(self) -> Figures:
        return altogether({one.day: one.theirs for one in self.days})

    @property
    def whole(self) -> bool:
        """Whether what the ERP listed is what it adds up to."""
        return self.control is None or self.control.adds_up(self.theirs)

    @property
    def agrees(self) -> bool:
        return self.whole and not self.differences


@dataclass(frozen=True, slots=True)
class Comparison:
    context: JobContext
    ours: Ours
    theirs: Theirs
    first: date
    last: date

    def run(self) -> KindCompared:
        """Raise SyncError when the ERP can not be read to the end."""
        found = self._once()
        # What the ERP did between its list and its sums is no fault: a second look tells.
        return found if found.whole else self._once()

    def _once(self) -> KindCompared:
        mine, there = self._ours(), self._theirs()
        suspects = {day for day in mine | there if not _of(mine, day).agrees(_of(there, day))}
        differences: list[Difference] = []
        if suspects:
            again, over_there = self._again(suspects)
            missing = Missing(self.context, self.ours, self.theirs)
            differences = list(missing.resolve(pair(again, over_there)))
            mine = _replaced(mine, suspects, by_day(again))
            there = _replaced(there, suspects, by_day(over_there))
        return KindCompared(
            kind=self.ours.stated.kind,
            how=How.SUMS if self.theirs.only_sums else How.DOCUMENTS,
            days=list(_days(mine, there, differences)),
            differences=differences,
            control=self._control(),
        )

    def _ours(self) -> Days:
        with self.context.read() as work:
            return self.ours.days(work, self.first, self.last)

    def _theirs(self) -> Days:
        if not self.theirs.only_sums:
            return by_day(self.theirs.between(self.first, self.last))
        sums = {day: self.theirs.sums(day, day) for day in _each(self.first, self.last)}
        return {day: found for day, found in sums.items() if found and found.count}

    def _again(self, suspects: set[date | None]) -> tuple[list[Line], list[Line]]:
        over_there = [
            line
            for first, last in self._spans(suspects)
            for line in self.theirs.between(first, last)
            if line.day in suspects
        ]
        with self.context.read() as work:
            return self.ours.on(work, suspects), over_there

    def _spans(self, suspects: set[date | None]) -> Iterator[tuple[date, date]]:
        """Days in a row are read together; all in one pass where each pass reads everything."""
        days = sorted(day for day in suspects if day is not None)
        if not days or not self.theirs.reads_by_date:
            yield self.first, self.last
            return
        start = before = days[0]
        for day in days[1:]:
            if day - before > timedelta(days=1):
                yield start, before
                start = day
            before = day
        yield start, before

    def _control(self) -> Figures | None:
        if self.theirs.only_sums or not self.ours.stated.dated:
            return None
        return self.theirs.sums(self.first, self.last)


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _of(days: Days, day: date | None) -> Figures:
    return days.get(day) or Figures()


def _replaced(days: Days, suspects: set[date | None], again: Days) -> Days:
    kept = {day: figures for day, figures in days.items() if day not in suspects}
    return kept | {day: _of(again, day) for day in suspects}


def _days(mine: Days, there: Days, differences: Sequence[Difference]) -> Iterator[DayCompared]:
    touched = {day for difference in differences for day in difference.days}
    for day in sorted(mine | there, key=lambda day: day or date.min):
        yield DayCompared(
            day=day, ours=_of(mine, day), theirs=_of(there, day), agrees=day not in touched
        )
