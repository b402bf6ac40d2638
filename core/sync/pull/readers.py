"""All kinds of one connection in one run, and how one of them gets what it misses of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from core.errors import CrmError
from core.jobs.job import JobContext
from core.sync.contract import Endpoint
from core.sync.errors import AuthFailed, RateLimited, SyncError, Unsent
from core.sync.exchange import Missing
from core.sync.gate import admitted
from core.sync.health import note_failure
from core.sync.models import Connection
from core.sync.open_sessions import drop_session, kept_session
from core.sync.pull.stream import Needs, Reader, Receives, Report

#: How deep documents that came before what they refer to are followed in one run.
_DEPTH = 4
#: Rounds of fetching what a page of a mirror misses before the page is given up.
_MOST_ROUNDS = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Readers:
    """By kind, in load order: what others refer to comes first."""

    by_kind: dict[str, Reader]

    def __iter__(self) -> Iterator[Reader]:
        return iter(self.by_kind.values())

    def with_fetching(self, work: Callable[[], T]) -> T:
        """A mirror's page is all or nothing: what it misses is fetched, and it is tried again."""
        for _ in range(_MOST_ROUNDS):
            try:
                return work()
            except Missing as error:
                self.fetch(error.needs)
        return work()

    def settle(self, reader: Reader, needs: Needs) -> None:
        """Pull what documents wait for, and try them again, level by level."""
        for _ in range(_DEPTH):
            if not needs:
                return
            self.fetch(needs)
            needs = reader.again(woken=True)

    def fetch(self, needs: Needs, depth: int = _DEPTH) -> None:
        """Raises Missing of a mirror when what it refers to is not to be had either."""
        for kind in sorted({kind for kind, _ in needs}):
            reader = self.by_kind.get(kind)
            if reader is None:
                continue
            wanted = sorted(key for other, key in needs if other == kind)
            try:
                reader.fetch(wanted)
            except Missing as error:
                if not depth:
                    raise
                self.fetch(error.needs, depth - 1)
                reader.fetch(wanted)


def readers_of(
    context: JobContext,
    connection: Connection,
    receives: Sequence[Receives],
    endpoints: Mapping[type[Any], Endpoint],
    report: Report,
) -> Readers:
    """Of the kinds that somebody here receives and the ERP's connector tells of."""
    return Readers(
        {
            one.kind: Reader(context, connection, one, endpoints[one.document], report)
            for one in receives
            if one.document in endpoints
        }
    )


def open_readers(context: JobContext, connection_id: UUID) -> Readers | None:
    """On an open session, which is logged in where need be.

    None where the ERP may not be called now, is away, or refuses us: why is on the connection.
    """
    with context.read() as work:
        connection = admitted(work, connection_id)
        receives = work.enabled.inbound
    if connection is None:
        return None
    try:
        session = kept_session(context.host, connection)
    except CrmError as error:  # the ERP is away, or refuses us, or the settings do not fit
        with context.write() as work:
            note_failure(work, connection_id, error)
        return None
    endpoints = {endpoint.document: endpoint for endpoint in session.endpoints}
    return readers_of(context, connection, receives, endpoints, lambda _kind, _written: None)


def note_trouble_of(context: JobContext, connection_id: UUID, error: SyncError) -> None:
    """What ended a step that is not a poll; the session it ended is not kept."""
    if isinstance(error, AuthFailed | RateLimited | Unsent):
        drop_session(context.host, connection_id)
        with context.write() as work:
            note_failure(work, connection_id, error)
