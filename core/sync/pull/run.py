"""A pull run: every stream of one connection, in the order its records refer to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from core.jobs.job import JobContext
from core.sync.contract import Endpoint
from core.sync.errors import AuthFailed, RateLimited, SyncError, Unsent
from core.sync.exchange import Missing
from core.sync.health import note_answer, note_failure
from core.sync.models import Connection
from core.sync.open_sessions import expire_session
from core.sync.pull.stream import Needs, Reader, Receives, Report
from core.sync.values import Stream

log = structlog.get_logger(__name__)

#: How deep documents that came before what they refer to are followed in one run.
_DEPTH = 4
#: Missing records of one page of a mirror that are fetched before the page is given up.
_MOST_MISSING = 20


class Silent(Exception):
    """The ERP can not be asked any further in this run; why was noted."""


@dataclass(frozen=True, slots=True)
class Pull:
    """``receives`` in load order; ``endpoints`` of one open session, by kind."""

    context: JobContext
    connection: Connection
    receives: Sequence[Receives]
    endpoints: dict[type[Any], Endpoint]
    report: Report
    #: Leave out kinds that were read not long ago; what others miss of them is fetched anyway.
    paced: bool = False
    _readers: dict[str, Reader] = field(default_factory=dict)
    #: Kinds the ERP has told of in this run: it is not away.
    _told: set[str] = field(default_factory=set)

    def run(self) -> bool:
        """False when the ERP could not be asked to the end: its session is not to be kept."""
        for reader in self._all():
            if self.paced and not reader.is_due():
                continue
            for stream in reader.endpoint.streams:
                if self.context.stopping:
                    return True
                try:
                    self._read(reader, stream)
                except Silent:
                    return False
            self._settle(reader, reader.again(woken=False))
        if self._told:
            with self.context.write() as work:
                note_answer(work, self.connection.id)
        return True

    def fetch(self, needs: Needs) -> None:
        """Take over these records as they are now, and what they refer to. Raises SyncError."""
        for reader in list(self._all()):
            wanted = sorted(key for kind, key in needs if kind == reader.receives.kind)
            if wanted:
                self._settle(reader, reader.fetch(wanted))

    def _all(self) -> Iterator[Reader]:
        for receives in self.receives:
            endpoint = self.endpoints.get(receives.document)
            if endpoint is not None:
                reader = Reader(self.context, self.connection, receives, endpoint, self._tell)
                self._readers[receives.kind] = reader
                yield reader

    def _read(self, reader: Reader, stream: Stream[Any]) -> None:
        """A stream that fails in its own way does not hold up the others."""
        try:
            needs = self._read_mirror_again(reader, stream)
            self._told.add(reader.receives.kind)
            self._settle(reader, needs)
        except (AuthFailed, RateLimited, Unsent) as error:
            self._note(reader, stream, error)
            raise Silent from error
        except (SyncError, Missing) as error:
            reader.fail(stream, error)
        except Exception as error:  # a border: a stranger's code
            log.exception("pull.failed", kind=reader.receives.kind, stream=stream.name)
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

    def _read_mirror_again(self, reader: Reader, stream: Stream[Any]) -> Needs:
        """A mirror's page is all or nothing: what it misses is fetched, and it is read again."""
        for _ in range(_MOST_MISSING):
            try:
                return reader.read(stream)
            except Missing as error:
                self._fetch({(error.kind, error.external_id)})
        return reader.read(stream)

    def _settle(self, reader: Reader, needs: Needs) -> None:
        """Pull what documents wait for, and try them again, level by level."""
        for _ in range(_DEPTH):
            if not needs:
                return
            self._fetch(needs)
            needs = reader.again(woken=True)

    def _fetch(self, needs: Needs) -> None:
        for kind in sorted({kind for kind, _ in needs}):
            other = self._readers.get(kind)
            if other is not None:
                other.fetch(sorted(key for wanted, key in needs if wanted == kind))
