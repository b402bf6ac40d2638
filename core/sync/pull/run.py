"""A pull run: every stream of one connection, in the order its records refer to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from core.jobs.job import JobContext
from core.sync.contract import Endpoint
from core.sync.errors import AuthFailed, Expired, RateLimited, SyncError, Unsent
from core.sync.exchange import Missing
from core.sync.health import note_answer, note_failure
from core.sync.models import Connection
from core.sync.open_sessions import expire_session
from core.sync.plans.guard import Guards, ask_about
from core.sync.pull.asking import ask_sweep
from core.sync.pull.guard import Guarded
from core.sync.pull.readers import Readers, readers_of
from core.sync.pull.stream import Needs, Reader, Receives, Report
from core.sync.values import Stream

log = structlog.get_logger(__name__)


class Silent(Exception):
    """The ERP can not be asked any further in this run; why was noted."""


@dataclass(frozen=True, slots=True)
class Pull:
    """``receives`` in load order; ``endpoints`` of one open session, by kind."""

    context: JobContext
    connection: Connection
    receives: Sequence[Receives]
    endpoints: Mapping[type[Any], Endpoint]
    report: Report
    #: Leave out kinds that were read not long ago; what others miss of them is fetched anyway.
    paced: bool = False
    guards: Guards = field(default_factory=Guards)
    #: Kinds the ERP has told of in this run: it is not away.
    _told: set[str] = field(default_factory=set)

    def run(self) -> bool:
        """False when the ERP could not be asked to the end: its session is not to be kept."""
        readers = self._readers
        for reader in readers:
            if reader.kind in self.guards.held or (self.paced and not reader.is_due()):
                continue
            for stream in reader.endpoint.streams:
                if self.context.stopping:
                    return True
                try:
                    self._read(readers, reader, stream)
                except Silent:
                    return False
            readers.settle(reader, reader.again(woken=False))
        if self._told:
            with self.context.write() as work:
                note_answer(work, self.connection.id)
        return True

    def fetch(self, needs: Needs) -> None:
        """Take over these records as they are now, and what they refer to. Raises SyncError."""
        readers = self._readers
        for reader in readers:
            wanted = sorted(key for kind, key in needs if kind == reader.kind)
            if wanted:
                readers.settle(reader, reader.fetch(wanted))

    @property
    def _readers(self) -> Readers:
        parts = (self.context, self.connection, self.receives, self.endpoints)
        found = readers_of(*parts, self._tell)
        through = self.guards.let_through
        return Readers({one.kind: replace(one, guarded=one.kind not in through) for one in found})

    def _read(self, readers: Readers, reader: Reader, stream: Stream[Any]) -> None:
        """A stream that fails in its own way does not hold up the others."""
        try:
            needs = readers.with_fetching(lambda: reader.read(stream))
            self._told.add(reader.kind)
            readers.settle(reader, needs)
        except (AuthFailed, RateLimited, Unsent) as error:
            self._note(reader, stream, error)
            raise Silent from error
        except Guarded as error:
            self._told.add(reader.kind)
            reader.fail(stream, error)
            with self.context.write() as work:
                ask_about(work, self.connection, reader.kind)
        except Expired as error:
            reader.fail(stream, error)
            self._compare_all(reader, error)
        except (SyncError, Missing) as error:
            reader.fail(stream, error)
        except Exception as error:  # a border: a stranger's code
            log.exception("pull.failed", kind=reader.kind, stream=stream.name)
            reader.fail(stream, error)

    def _note(self, reader: Reader, stream: Stream[Any], error: SyncError) -> None:
        """A session that worked until now is opened anew once, by the next run."""
        host, key, answered = self.context.host, self.connection.id, bool(self._told)
        if isinstance(error, AuthFailed) and expire_session(host, key, error, answered=answered):
            return
        reader.fail(stream, error)
        with self.context.write() as work:
            note_failure(work, key, error, answered=answered)

    def _tell(self, kind: str, written: int) -> None:
        self._told.add(kind)
        self.report(kind, written)

    def _compare_all(self, reader: Reader, error: Expired) -> None:
        with self.context.write() as work:
            ask_sweep(work, self.connection.id, [reader.kind], reason=str(error), afresh=True)
