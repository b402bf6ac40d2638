"""A sweep: all the ERP lists is compared with what we know, in slices that survive a crash.

It finds what polls can not: what was committed later than the overlap, what moved no stamp, what
was deleted. Deletions are looked at twice, a sweep apart, and many at once become a plan that asks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from core.clock import utcnow
from core.jobs.job import JobContext
from core.sync.contract import Lists
from core.sync.errors import Astray, SyncError
from core.sync.exchange import Missing
from core.sync.health import note_answer
from core.sync.models import Cursor, CursorMode, SweepStep
from core.sync.plans.guard import ask_deletions, guards
from core.sync.pull.asking import wake_sweep
from core.sync.pull.listing import Listing
from core.sync.pull.parting import Parting, is_mass
from core.sync.pull.readers import Readers, note_trouble_of, open_readers
from core.sync.pull.stream import Reader
from core.sync.values import Ref, Seen
from core.work import UnitOfWork

log = structlog.get_logger(__name__)

#: Seconds of one job: others of the connection come in between.
SLICE_S = 10.0
#: Seconds to wait where polls wrote while a page was read: theirs may be newer, it is read again.
PAUSE_S = 5.0


def sweep(context: JobContext, args: Mapping[str, Any]) -> None:
    """A slice of the sweep under way; the next one follows until it is done."""
    connection_id, kind = UUID(args["connection"]), str(args["kind"])
    with context.read() as work:
        if kind in guards(work, connection_id).held:
            return  # else it would read in what a person has not approved
    readers = open_readers(context, connection_id)
    reader = readers.by_kind.get(kind) if readers else None
    if readers is None or reader is None:
        return  # taken up again when the ERP answers, and when its module is on
    try:
        ended = Sweep(readers, reader).run(time.monotonic() + SLICE_S)
    except (SyncError, Missing) as error:
        _note(context, reader, error)
        if isinstance(error, SyncError):
            note_trouble_of(context, connection_id, error)
    except Exception as error:  # a border: a stranger's code
        log.exception("sweep.failed", kind=kind)
        _note(context, reader, error)
    else:
        with context.write() as work:
            note_answer(work, connection_id)
            if not ended:
                wake_sweep(work, connection_id, kind, after_s=PAUSE_S if ended is None else 0)


@dataclass(frozen=True, slots=True)
class Sweep:
    readers: Readers
    reader: Reader

    def run(self, until: float) -> bool | None:
        """True when it has ended, None when polls are in its way; ``until`` is monotonic."""
        while not self.reader.context.stopping and time.monotonic() < until:
            with self.reader.context.read() as work:
                cursor = self.reader.cursors.seen(work, "", CursorMode.SWEEP)
                polls = self.reader.cursors.polls(work)
            if cursor is None or cursor.step is None:
                return True
            listing = Listing(self.reader.connection, self.reader.receives, cursor.round)
            if cursor.step is SweepStep.LIST and not self._list(listing, cursor, polls):
                return None
            if cursor.step is SweepStep.MISS:
                self._miss(listing, cursor)
            if cursor.step is SweepStep.PART:
                self._part(listing, cursor)
        return False

    def _list(self, listing: Listing, cursor: Cursor, polls: int) -> bool:
        """False when a poll stored a page meanwhile: ours may be the older one."""
        endpoint = self.reader.endpoint
        refs = endpoint.ids(cursor.place, self.reader.limit) if isinstance(endpoint, Lists) else []
        if refs and refs[-1].id == cursor.place:
            raise Astray(f"The list of {self.reader.kind} does not lead on from {cursor.place}.")
        if not refs:
            following = SweepStep.MISS if isinstance(endpoint, Lists) else None
            self._go_on(following)
            return True
        with self.reader.context.read() as work:
            differing = listing.differing(work, refs)
        bodies = self.reader.bodies([Seen(ref=ref) for ref in differing])
        return self.readers.with_fetching(lambda: self._store(listing, refs, bodies, polls))

    def _store(
        self, listing: Listing, refs: Sequence[Ref], bodies: Sequence[Seen[Any]], polls: int
    ) -> bool:
        with self.reader.telling() as work:
            if self.reader.cursors.hold_polls(work) != polls:
                return False
            cursor = self._cursor(work)
            took = self.reader.apply(work, bodies)
            listing.note_listed(work, refs)
            cursor.place = refs[-1].id
            cursor.written += took.written
            cursor.unchanged += len(refs) - took.written
        self.readers.settle(self.reader, took.missing)
        return True

    def _miss(self, listing: Listing, cursor: Cursor) -> None:
        with self.reader.context.write() as work:
            missed = listing.missed(work, cursor.place, self.reader.limit)
            listing.note_missed(work, missed)
            if missed:
                self._cursor(work).place = missed[-1]
        if not missed:
            self._go_on(SweepStep.PART)

    def _part(self, listing: Listing, cursor: Cursor) -> None:
        if not cursor.place and self._asks(listing):
            self._go_on(None)
            return
        last = Parting(self.readers, self.reader, listing).page(cursor.place)
        if last is None:
            self._go_on(None)
            return
        with self.reader.context.write() as work:
            self._cursor(work).place = last

    def _asks(self, listing: Listing) -> bool:
        """Too many to be true: a person decides, and nothing is deleted meanwhile."""
        with self.reader.context.write() as work:
            gone = listing.count_absent(work)
            if not is_mass(gone, listing.count_known(work)):
                return False
            ask_deletions(work, listing, gone)
        return True

    def _go_on(self, step: SweepStep | None) -> None:
        with self.reader.context.write() as work:
            cursor = self._cursor(work)
            cursor.step, cursor.place = step, ""
            cursor.error, cursor.error_at = "", None
            if step is None:
                cursor.polled_at, cursor.began_at = utcnow(), None

    def _cursor(self, work: UnitOfWork) -> Cursor:
        return self.reader.cursors.of(work, "", CursorMode.SWEEP)


def _note(context: JobContext, reader: Reader, error: Exception) -> None:
    with context.write() as work:
        cursor = reader.cursors.of(work, "", CursorMode.SWEEP)
        cursor.error, cursor.error_at = str(error), utcnow()
