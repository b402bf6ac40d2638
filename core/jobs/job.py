"""What a job is, and what its function gets. The engine is beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from core.back_off import LONGEST_S
from core.work import OURSELVES, UnitOfWork


class CatchUp(StrEnum):
    """What becomes of ticks that nobody was up for."""

    SKIP = "skip"
    LAST = "last"
    ALL = "all"


class JobContext(Protocol):
    """The running job's hold on the world. It holds no transaction unless a block is open.

    ``host`` is the composition root (``core.host.Host``), typed loosely since the engine knows
    nothing of what stands above it.
    """

    @property
    def job_id(self) -> UUID: ...
    @property
    def host(self) -> Any: ...
    @property
    def stopping(self) -> bool:
        """The worker was asked to stop: finish the record at hand and return."""
        ...

    def write(self, *, source: str = OURSELVES) -> AbstractContextManager[UnitOfWork]:
        """A writing unit of work that commits only while this job still holds its claim.

        ``source`` is the system that says what is written, for the journal.
        """
        ...

    def read(self) -> AbstractContextManager[UnitOfWork]: ...


JobFunction = Callable[[JobContext, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``run(context, args)``; ``args`` is plain JSON: ids, never records.

    A job runs at least once: make its effects idempotent. ``cron`` (five fields, UTC) or
    ``every_s`` schedules it, once per cluster and tick.
    """

    name: str
    run: JobFunction
    max_attempts: int = 8
    #: Between two tries at most, give or take half. Enqueuing it again does not make it sooner.
    longest_wait_s: float = LONGEST_S
    cron: str | None = None
    every_s: float | None = None
    catch_up: CatchUp = CatchUp.LAST
    #: False for ticks of every few seconds: a row that ended well is deleted at once.
    keep_done: bool = True
    #: The group it belongs to: ``tandem worker --queues`` takes some groups only.
    queue: str = "default"
    #: The argument that says whom it serves. A worker runs one job of a name and such a value at a
    #: time, so that those whose ERP hangs leave its other threads to the rest.
    lane: str | None = None
