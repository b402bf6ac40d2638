"""Reading kinds once more from their start, beside the polls and without disturbing them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import utcnow
from core.sync.models import Cursor, CursorMode
from core.sync.pull.inbox import Took
from core.sync.pull.pages import pages
from core.sync.pull.readers import Readers
from core.sync.pull.stream import Reader
from core.sync.values import Page, Position, Stream
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Backfill:
    """``key`` tells this one from the one before: begun once, however often it is taken up."""

    readers: Readers
    key: str

    def begin(self, kinds: Sequence[str]) -> None:
        """Put the cursors of these kinds (all where empty) to the start."""
        for reader in self.readers:
            if kinds and reader.kind not in kinds:
                continue
            with reader.context.write() as work:
                for stream in reader.endpoint.streams:
                    self._begin(_cursor(work, reader, stream))

    def run(self, until: float) -> bool:
        """Read on until it is done (True), until ``until`` (monotonic), or until polls interfere.

        A page that a poll overtook is left for the next run, which reads it anew.
        """
        for reader in self.readers:
            for stream in reader.endpoint.streams:
                if not self._stream(reader, stream, until):
                    return False
        return True

    def _begin(self, cursor: Cursor) -> None:
        if cursor.reason == self.key:
            return
        cursor.reason, cursor.began_at, cursor.polled_at = self.key, utcnow(), None
        cursor.at_stamp, cursor.at_place = None, ""
        cursor.written = cursor.unchanged = 0
        cursor.error, cursor.error_at = "", None

    def _stream(self, reader: Reader, stream: Stream[Any], until: float) -> bool:
        with reader.context.read() as work:
            cursor = reader.cursors.seen(work, stream.name, CursorMode.BACKFILL)
        if cursor is None or cursor.reason != self.key or cursor.began_at is None:
            return True
        start = Position(stamp=cursor.at_stamp, id=cursor.at_place)
        steps = pages(stream, start, reader.limit)
        while True:
            with reader.context.read() as work:
                polls = reader.cursors.polls(work)
            step = next(steps, None)
            if step is None:
                break
            if not self._page(reader, stream, step, polls):
                return False
            if reader.context.stopping or time.monotonic() > until:
                return False
        with reader.context.write() as work:
            cursor = _cursor(work, reader, stream)
            cursor.began_at, cursor.polled_at = None, utcnow()
        return True

    def _page(
        self, reader: Reader, stream: Stream[Any], step: tuple[Page[Any], Position], polls: int
    ) -> bool:
        """False when a poll wrote since ``polls``: what it brought may be newer than this page."""
        page, after = step
        bodies = reader.bodies(page.items)

        def store() -> Took | None:
            with reader.telling() as work:
                if reader.cursors.hold_polls(work) != polls:
                    return None
                took = reader.apply(work, bodies)
                cursor = _cursor(work, reader, stream)
                cursor.at_stamp, cursor.at_place = after.stamp, after.id
                cursor.written += took.written
                cursor.unchanged += took.unchanged
                return took

        took = self.readers.with_fetching(store)
        if took is not None:
            reader.report(reader.kind, took.written)
            self.readers.settle(reader, took.missing)
        return took is not None


def _cursor(work: UnitOfWork, reader: Reader, stream: Stream[Any]) -> Cursor:
    return reader.cursors.of(work, stream.name, CursorMode.BACKFILL)
