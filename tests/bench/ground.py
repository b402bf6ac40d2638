"""What figures are measured on: both databases with 100,000 parties, made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from uuid import UUID

from core.actor import EVERYTHING, Actor, system
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.ids import new_id
from core.manifest import module as own
from core.registry.registry import Registry, installed_registry
from core.security.keys import create_keys
from core.security.tokens import TokenWish, create_token
from core.testing import databases, people, postgres
from core.testing.folders import scratch_folder
from core.work import UnitOfWork
from tests.bench.parties import put_parties
from tests.bench.server import Server, serving

BACKENDS = ("SQLite", "PostgreSQL")
PARTIES = 100_000


@dataclass(frozen=True, slots=True)
class Ground:
    """A Tandem with 100,000 parties, and who may come in."""

    backend: str
    host: Host
    company: UUID
    admin: Actor
    #: Of a token that may read parties and nothing else: there is a permission to check.
    token: str
    #: Of one that may do all an administrator may.
    everything: str

    @property
    def cookie(self) -> tuple[str, str]:
        return people.session_cookie(self.host, self.admin)

    def serve(self) -> AbstractContextManager[Server]:
        return serving(self.host.settings)


@dataclass(slots=True)
class Bench:
    """One run: what is made for one figure serves the next."""

    folder: Path
    say: Callable[[str], None]
    _open: ExitStack
    _grounds: dict[str, Ground] = field(default_factory=dict)
    _postgres: str = ""

    def ground(self, backend: str) -> Ground:
        if backend not in self._grounds:
            self.say(f"{PARTIES:,} parties on {backend}")
            self._grounds[backend] = self._made(backend)
        return self._grounds[backend]

    def host(self, backend: str) -> Host:
        """An empty Tandem with all modules on."""
        url = self._open.enter_context(self._database(backend))
        folder = self.folder / str(new_id())
        create_keys(folder)
        databases.migrate(url, _registry(), folder)
        settings = Settings(data_dir=folder, database_url=url, egress=("127.0.0.1",))
        host = open_host(settings, _registry())
        self._open.callback(host.database.close)
        return host

    def _database(self, backend: str) -> AbstractContextManager[str]:
        if backend == "SQLite":
            return databases.sqlite_database(self.folder)
        if not self._postgres:
            self._postgres = self._open.enter_context(postgres.postgres_server(new_id().hex))
        return postgres.postgres_database(self._postgres)

    def _made(self, backend: str) -> Ground:
        host = self.host(backend)
        company = new_company(host)
        admin = people.enrol(host, people.administrator(company))
        with host.write(system("bench")) as work:
            put_parties(work.session, company, PARTIES)
            tokens = [_token(work, admin, scope) for scope in ("contacts.read", EVERYTHING)]
        analyse(host)
        return Ground(backend, host, company, admin, *tokens)


def _token(work: UnitOfWork, admin: Actor, scope: str) -> str:
    wish = TokenWish(name=f"bench {scope}", scopes=frozenset({scope}))
    return create_token(work, cast("UUID", admin.id), wish)[1]


def new_company(host: Host) -> UUID:
    with host.write(system("bench")) as work:
        company = Company(name="Tandem", currency="EUR")
        work.session.add(company)
        work.session.flush()
        return company.id


def analyse(host: Host) -> None:
    """What a database's own upkeep does within a minute of such a load."""
    with host.database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


@contextmanager
def bench(say: Callable[[str], None]) -> Iterator[Bench]:
    with scratch_folder() as folder, ExitStack() as stack:
        yield Bench(folder, say, stack)


def _registry() -> Registry:
    # What is enabled is cached by generation, which is per database: one for each.
    return installed_registry(own)
