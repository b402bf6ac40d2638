"""Read one stream of one endpoint to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.clock import utcnow
from core.jobs.job import JobContext
from core.masking import masked
from core.sync.bindings import ConnectionBindings
from core.sync.contract import Endpoint, Reads
from core.sync.errors import Expired, Unsent
from core.sync.exchange import Arrived, Inbound, Mirror
from core.sync.models import Connection, Cursor, CursorMode
from core.sync.pull.cursors import Cursors
from core.sync.pull.guard import Guard
from core.sync.pull.inbox import Took, retry, take, wake
from core.sync.pull.pages import pages
from core.sync.pull.place import (
    Reading,
    advance,
    reached_end,
    reading_of,
    start_anew,
    start_of,
    unseen,
    worth_noting,
)
from core.sync.pull.sightings import (
    Memory,
    forget_sightings,
    memory_of,
    note_sightings,
    sighted,
)
from core.sync.values import Position, Ref, Seen, Stream
from core.work import UnitOfWork

#: Records per page: a page is one request for ids, one for bodies, one transaction.
PAGE = 500
#: Of mirrors, whose rows take microseconds each: the fixed cost of a page should not outweigh them.
MIRROR_PAGE = 2_000

Receives = Inbound[Any] | Mirror[Any]
#: Records to pull first: (kind, external id).
Needs = set[tuple[str, str]]
#: Told after every page how many records of which kind were written.
Report = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A page: what of it is news, those with bodies as they are now, the place behind it."""

    named: Sequence[Seen[Any]]
    bodies: Sequence[Seen[Any]]
    after: Position


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of one connection in one run."""

    context: JobContext
    connection: Connection
    receives: Receives
    endpoint: Endpoint
    report: Report
    #: Of polls: too much at once is asked about first.
    guarded: bool = False

    @property
    def kind(self) -> str:
        return self.receives.kind

    @property
    def limit(self) -> int:
        """Records per page."""
        return MIRROR_PAGE if isinstance(self.receives, Mirror) else PAGE

    @property
    def cursors(self) -> Cursors:
        return Cursors(self.connection.id, self.kind)

    def read(self, stream: Stream[Any]) -> Needs:
        """Take over what changed; answers what some of it refers to and we do not have.

        Raises what the ERP's side raised, Missing of a mirror, or Guarded; the pages before it are
        kept. The first reading has no guard: all of it is new, and a plan of its own asked.
        """
        needs: Needs = set()
        with self.context.write() as work:
            cursor = self.cursors.of(work, stream.name)
            reading, memory = reading_of(cursor, utcnow()), memory_of(work, cursor.id)
            ordinary = self.guarded and cursor.polled_at is not None
        guard = Guard(self.connection, self.receives) if ordinary else None
        met = False
        for page in self._pages(stream, reading, memory):
            met = True
            needs |= self._store(stream, reading, page, guard)
            if self.context.stopping:
                return needs
        self._end(stream, reading, met=met)
        return needs

    def fetch(self, external_ids: Sequence[str]) -> Needs:
        """Take over these records now, wherever the streams are."""
        needs: Needs = set()
        for start in range(0, len(external_ids), PAGE):
            part = external_ids[start : start + PAGE]
            bodies = self.bodies([Seen(ref=Ref(id=external_id)) for external_id in part])
            with self.telling() as work:
                needs |= self.apply(work, bodies).missing
        return needs

    def again(self, *, woken: bool) -> Needs:
        """Try documents that wait; ``woken``: something they wait for has come."""
        if not isinstance(self.receives, Inbound):
            return set()
        with self.telling() as work:
            bindings = self.bindings(work)
            if woken:
                wake(work, self.receives, bindings)
            return retry(work, self.receives, bindings).missing

    def is_due(self) -> bool:
        """Whether the last full read is so long ago that another is worth its cost to the ERP."""
        with self.context.read() as work:
            last = work.session.scalar(
                select(func.min(Cursor.polled_at)).where(
                    Cursor.connection_id == self.connection.id,
                    Cursor.kind == self.kind,
                    Cursor.mode == CursorMode.INCREMENTAL,
                )
            )
        # Half a second early is in time: a tick is never quite where it should be.
        return last is None or (utcnow() - last).total_seconds() > self.receives.every_s - 0.5

    def fail(self, stream: Stream[Any], error: Exception) -> None:
        """Make it visible. A feed that forgot our place is read anew by the next poll."""
        with self.context.write() as work:
            cursor = self.cursors.of(work, stream.name)
            cursor.error, cursor.error_at = masked(str(error)), utcnow()
            if isinstance(error, Expired):
                start_anew(cursor)
                forget_sightings(work, cursor.id, Position())

    def bodies(self, items: Sequence[Seen[Any]]) -> list[Seen[Any]]:
        """All that still are there, with their bodies. Talks to the ERP."""
        bare = [item.ref.id for item in items if item.body is None]
        bodies = [item for item in items if item.body is not None]
        if not bare:
            return bodies
        if not isinstance(self.endpoint, Reads):
            raise Unsent(f"The connector names {self.kind} and can not read them.")
        return bodies + list(self.endpoint.read(bare))

    def apply(self, work: UnitOfWork, bodies: Sequence[Seen[Any]]) -> Took:
        if not bodies:
            return Took()
        bindings = self.bindings(work)
        newest = list({item.ref.id: item for item in bodies}.values())
        if isinstance(self.receives, Inbound):
            return take(work, self.receives, newest, bindings)
        return mirror(work, self.receives, newest, bindings)

    def bindings(self, work: UnitOfWork) -> ConnectionBindings:
        return ConnectionBindings(work, work.session.get_one(Connection, self.connection.id))

    def telling(self) -> AbstractContextManager[UnitOfWork]:
        """What is written in here the connection said: the journal keeps that."""
        return self.context.write(source=self.connection.name)

    def _pages(self, stream: Stream[Any], reading: Reading, memory: Memory) -> Iterator[Sighting]:
        """Network, and looking up what was read before; no transaction is open meanwhile."""
        for page, after in pages(stream, reading.start, self.limit):
            if not page.items and page.next is None:
                return
            named = unseen(page.items, self._sighted(memory, page.items))
            yield Sighting(named=named, bodies=self.bodies(named), after=after)

    def _sighted(self, memory: Memory, items: Sequence[Seen[Any]]) -> Mapping[str, datetime]:
        """Most pages lie beyond all that is remembered: nothing is looked up for them."""
        met = memory.may_know(items)
        if not met:
            return {}
        with self.context.read() as work:
            return sighted(work, memory.cursor_id, met)

    def _store(
        self, stream: Stream[Any], reading: Reading, page: Sighting, guard: Guard | None
    ) -> Needs:
        with self.telling() as work:
            cursor = self.cursors.of(work, stream.name)
            took = self._apply_guarded(work, page.bodies, guard)
            advance(cursor, reading, page.after)
            noted = worth_noting(cursor, reading, page.named, now=utcnow())
            note_sightings(work, cursor.id, noted)
            cursor.written += took.written
            cursor.unchanged += took.unchanged
        self.report(self.kind, took.written)
        return took.missing

    def _apply_guarded(
        self, work: UnitOfWork, bodies: Sequence[Seen[Any]], guard: Guard | None
    ) -> Took:
        before = guard.before(work, [item.ref.id for item in bodies]) if guard else None
        took = self.apply(work, bodies)
        if guard is not None and before is not None:
            guard.after(work, before)
        return took

    def _end(self, stream: Stream[Any], reading: Reading, *, met: bool) -> None:
        with self.context.write() as work:
            cursor = self.cursors.of(work, stream.name)
            reached_end(cursor, reading, utcnow())
            cursor.error, cursor.error_at = "", None
            if reading.began_at and (met or cursor.behind):
                cursor.behind = forget_sightings(work, cursor.id, start_of(cursor))


def mirror(
    work: UnitOfWork,
    receives: Mirror[Any],
    bodies: Sequence[Seen[Any]],
    bindings: ConnectionBindings,
) -> Took:
    ids = [item.ref.id for item in bodies] if receives.binds else []
    known = bindings.locals(receives.kind, ids)
    arrived = [_arrived(item, known.get(item.ref.id)) for item in bodies]
    counts = receives.apply(work, arrived, bindings)
    return Took(written=counts.written, unchanged=counts.unchanged)


def _arrived(item: Seen[Any], local_id: UUID | None) -> Arrived[Any]:
    document: Any = item.body
    return Arrived(
        external_id=item.ref.id,
        document=document,
        local_id=local_id,
        reference=item.reference,
        stamp=item.stamp,
    )
