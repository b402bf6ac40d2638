"""What a job gets of its worker, for tests that run it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from core.actor import system
from core.host import Host
from core.ids import new_id
from core.work import OURSELVES, UnitOfWork


@dataclass
class Running:
    host: Host
    job_id: UUID = field(default_factory=new_id)
    stopping: bool = False

    @contextmanager
    def write(self, *, source: str = OURSELVES) -> Iterator[UnitOfWork]:
        with self.host.write(system("job"), source=source) as work:
            yield work

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        with self.host.read(system("job")) as work:
            yield work
