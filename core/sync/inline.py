"""A job's context without a job: for commands that do the work themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from core.actor import Actor
from core.host import Host
from core.ids import new_id
from core.work import OURSELVES, UnitOfWork


@dataclass(frozen=True, slots=True)
class InlineContext:
    host: Host
    actor: Actor
    job_id: UUID = field(default_factory=new_id)
    stopping: bool = False

    @contextmanager
    def write(self, *, source: str = OURSELVES) -> Iterator[UnitOfWork]:
        with self.host.write(self.actor, source=source) as work:
            yield work

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        with self.host.read(self.actor) as work:
            yield work
