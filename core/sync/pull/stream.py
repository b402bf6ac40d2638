"""Read one stream of one endpoint to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.clock import utcnow
from core.jobs.job import JobContext
from core.sync.bindings import ConnectionBindings
from core.sync.contract import Endpoint, Reads
from core.sync.errors import Unsent
from core.sync.exchange import Arrived, Inbound, Mirror
from core.sync.models import Connection, Cursor
from core.sync.pull.inbox import Took, retry, take, wake
from core.sync.pull.place import advance, reached_end, start_of, unseen
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
    """A page: what the stream named, those with bodies as they are now, the place behind it."""

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

    def read(self, stream: Stream[Any]) -> Needs:
        """Take over what changed; answers what some of it refers to and we do not have.

        Raises what the ERP's side raised, or Missing of a mirror; the pages before it are kept.
        """
        needs: Needs = set()
        for page in self._pages(stream):
            needs |= self._store(stream, page)
            if self.context.stopping:
                return needs
        with self.context.write() as work:
            cursor = self._cursor(work, stream)
            reached_end(cursor, utcnow())
            cursor.error, cursor.error_at = "", None
        return needs

    def fetch(self, external_ids: Sequence[str]) -> Needs:
        """Take over these records now, wherever the streams are."""
        bodies = self._bodies([Seen(ref=Ref(id=external_id)) for external_id in external_ids])
        with self._telling() as work:
            return self._apply(work, bodies).missing

    def again(self, *, woken: bool) -> Needs:
        """Try documents that wait; ``woken``: something they wait for has come."""
        if not isinstance(self.receives, Inbound):
            return set()
        with self._telling() as work:
            bindings = self._bindings(work)
            if woken:
                wake(work, self.receives, bindings)
            return retry(work, self.receives, bindings).missing

    def is_due(self) -> bool:
        """Whether the last full read is so long ago that another is worth its cost to the ERP."""
        with self.context.read() as work:
            last = work.session.scalar(
                select(func.min(Cursor.polled_at)).where(
                    Cursor.connection_id == self.connection.id, Cursor.kind == self.receives.kind
                )
            )
        # Half a second early is in time: a tick is never quite where it should be.
        return last is None or (utcnow() - last).total_seconds() > self.receives.every_s - 0.5

    def fail(self, stream: Stream[Any], error: Exception) -> None:
        with self.context.write() as work:
            cursor = self._cursor(work, stream)
            cursor.error, cursor.error_at = str(error), utcnow()

    def _pages(self, stream: Stream[Any]) -> Iterator[Sighting]:
        """Network only: no transaction is open meanwhile."""
        with self.context.write() as work:
            cursor = self._cursor(work, stream)
        place: Position | None = start_of(cursor)
        limit = MIRROR_PAGE if isinstance(self.receives, Mirror) else PAGE
        while place is not None:
            page = stream.changed(place, limit)
            named = unseen(cursor, page.items)
            if page.items or page.next is not None:
                yield Sighting(named=named, bodies=self._bodies(named), after=page.next or place)
            place = page.next if page.next != place else None

    def _bodies(self, items: Sequence[Seen[Any]]) -> list[Seen[Any]]:
        """All that still are there, with their bodies."""
        bare = [item.ref.id for item in items if item.body is None]
        bodies = [item for item in items if item.body is not None]
        if not bare:
            return bodies
        if not isinstance(self.endpoint, Reads):
            raise Unsent(f"The connector names {self.receives.kind} and can not read them.")
        return bodies + list(self.endpoint.read(bare))

    def _store(self, stream: Stream[Any], page: Sighting) -> Needs:
        with self._telling() as work:
            took = self._apply(work, page.bodies)
            cursor = self._cursor(work, stream)
            advance(cursor, page.named, page.after)
            cursor.written += took.written
            cursor.unchanged += took.unchanged
        self.report(self.receives.kind, took.written)
        return took.missing

    def _apply(self, work: UnitOfWork, bodies: Sequence[Seen[Any]]) -> Took:
        if not bodies:
            return Took()
        bindings = self._bindings(work)
        if isinstance(self.receives, Inbound):
            return take(work, self.receives, bodies, bindings)
        return mirror(work, self.receives, bodies, bindings)

    def _bindings(self, work: UnitOfWork) -> ConnectionBindings:
        return ConnectionBindings(work, work.session.get_one(Connection, self.connection.id))

    def _telling(self) -> AbstractContextManager[UnitOfWork]:
        """What is written in here the connection said: the journal keeps that."""
        return self.context.write(source=self.connection.name)

    def _cursor(self, work: UnitOfWork, stream: Stream[Any]) -> Cursor:
        kind = self.receives.kind
        found = work.session.scalar(
            select(Cursor).where(
                Cursor.connection_id == self.connection.id,
                Cursor.kind == kind,
                Cursor.stream == stream.name,
            )
        )
        if found is None:
            found = Cursor(
                connection_id=self.connection.id, kind=kind, stream=stream.name, recent={}
            )
            found.place = found.floor_place = found.mark_place = ""
            found.written = found.unchanged = 0
            work.session.add(found)
        return found


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
