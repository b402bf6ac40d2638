"""What stands on one side alone: looked up on the other whatever its date, and named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.jobs.job import JobContext
from core.sync.models import DeliveryState
from core.sync.reconcile.compare import Difference, Pairs, differing
from core.sync.reconcile.line import Line
from core.sync.reconcile.models import Remedy, What
from core.sync.reconcile.ours import Deliveries, Ours
from core.sync.reconcile.theirs import Theirs

#: What is not there yet, and will be by itself.
_ON_ITS_WAY = frozenset(
    {
        DeliveryState.WAITING,
        DeliveryState.QUEUED,
        DeliveryState.SENDING,
        DeliveryState.ACKNOWLEDGED,
        DeliveryState.IN_DOUBT,
    }
)


@dataclass(frozen=True, slots=True)
class Missing:
    context: JobContext
    ours: Ours
    theirs: Theirs

    def resolve(self, pairs: Pairs) -> Iterator[Difference]:
        """All differences of the pairs, those included that meet only now."""
        yield from differing(pairs.both)
        yield from self._here(pairs.theirs)
        yield from self._there(pairs.ours)

    def _here(self, lines: Sequence[Line]) -> Iterator[Difference]:
        """The ERP has them. Ours may be dated elsewhere; or they carry a reference of ours."""
        with self.context.read() as work:
            known = self.ours.known_as(work, [line.key for line in lines])
            references = [line.reference for line in lines if line.reference]
            referred = self.ours.referred(work, references)
            arrivals = self.ours.arrivals(work, [line.key for line in lines])
        for line in lines:
            if line.key in known:
                yield from differing([(known[line.key], line)])
            elif line.reference in referred:
                note = referred[line.reference] or ""
                yield Difference(
                    what=What.DOUBLED, remedy=Remedy.CANCEL_THERE, theirs=line, note=note
                )
            else:
                yield Difference(
                    what=What.MISSING_HERE,
                    remedy=Remedy.PULL_AGAIN,
                    theirs=line,
                    note=arrivals.get(line.key, ""),
                )

    def _there(self, lines: Sequence[Line]) -> Iterator[Difference]:
        """The ERP is asked for each by its id: a date of its own, or no longer standing."""
        asked = [line.key for line in lines if line.key] if self.ours.stated.dated else []
        there = {line.key: line for line in self.theirs.read(asked)}
        local_ids = [line.local_id for line in lines if line.local_id and line.reference]
        with self.context.read() as work:
            deliveries = self.ours.deliveries(work, local_ids)
        for line in lines:
            if line.key in there:
                yield from differing([(line, there[line.key])])
            else:
                yield _gone(line, deliveries)


def _gone(line: Line, deliveries: Deliveries) -> Difference:
    state, words = deliveries.get(line.local_id, (None, ""))
    waits = not line.key and state in _ON_ITS_WAY
    remedy = Remedy.WAIT if waits else Remedy.LOOK
    return Difference(what=What.MISSING_THERE, remedy=remedy, ours=line, note=words)
