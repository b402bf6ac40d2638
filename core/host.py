"""The host: settings, database and registry in one place, and the units of work they open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from core.actor import Actor
from core.clock import utcnow
from core.config import Settings
from core.db.database import Database
from core.journal import keep_journal
from core.registry.lifecycle import disable, enable, upgrade_all
from core.registry.registry import Registry
from core.work import OURSELVES, UnitOfWork


@dataclass(frozen=True, slots=True)
class Host:
    """What requests, jobs and commands start from. Nothing in it changes after start."""

    settings: Settings
    database: Database
    registry: Registry

    @contextmanager
    def write(
        self, actor: Actor, *, source: str = OURSELVES, observed_at: datetime | None = None
    ) -> Iterator[UnitOfWork]:
        """Commit when the block ends well, roll back when it raises. Nothing else commits."""
        with self.database.session(writes=True) as session:
            work = UnitOfWork(
                session=session,
                actor=actor,
                enabled=self.registry.enabled(session),
                source=source,
                observed_at=observed_at or utcnow(),
            )
            keep_journal(session, work)
            yield work

    @contextmanager
    def read(self, actor: Actor) -> Iterator[UnitOfWork]:
        """One consistent view of the database; nothing written here is kept."""
        with self.database.session(writes=False) as session:
            yield UnitOfWork(session=session, actor=actor, enabled=self.registry.enabled(session))

    def enable(self, name: str, actor: Actor) -> bool:
        return enable(self.database, self.registry, name, actor)

    def disable(self, name: str) -> bool:
        return disable(self.database, self.registry, name)

    def upgrade(self) -> list[str]:
        return upgrade_all(self.database, self.registry)
