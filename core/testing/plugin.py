"""Fixtures for whoever tests a module or a connector; pytest finds them by itself.

``backend``             "sqlite" and "postgresql": a test that needs a database runs on both
``empty_database_url``  a database with nothing in it
``database_url``        a database with every installed module's tables, all modules enabled
``settings``, ``host``  Tandem on that database; ``company`` is the one company in it
``app``, ``client``     its web application, and somebody who is not signed in
``admin``               an administrator, as an actor; PASSWORD and others: core/testing/people.py
``browser_client``      ``client`` of a browser where ``admin`` is signed in, with forms' secret
``api_client``          ``client`` of a program with a token of ``admin``'s
``count_queries``       ``with count_queries() as queries: ...; assert len(queries) <= 5``
``loopback_only``       a test that leaves this machine fails

A test for one database alone: ``@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

# pytest loads this file in every run, also of people who test something else: what is heavy is
# imported where a fixture needs it. It also lets coverage see the host's modules being imported.
if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from core.actor import Actor
    from core.config import Settings
    from core.host import Host
    from core.registry.registry import Registry
    from core.testing.templates import CompiledTemplates

CountQueries = Callable[[], AbstractContextManager[list[str]]]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgresql: needs a PostgreSQL")


@pytest.fixture(scope="session")
def installed() -> Registry:
    """What is installed, looked up once; a host gets a registry of its own made from it."""
    from core.manifest import module as own
    from core.registry.registry import installed_registry

    return installed_registry(own)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which databases may be created, shared by all processes of this test run."""
    from core.ids import new_id
    from core.testing.postgres import NoPostgres, postgres_server

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or new_id().hex
    try:
        with postgres_server(run) as url:
            yield url
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgresql_template(postgres_url: str, installed: Registry, scratch: Path) -> Iterator[str]:
    from core.testing import databases

    with databases.postgres_template(postgres_url, installed, scratch) as url:
        yield url


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A fast folder for this process of the run."""
    from core.testing.folders import scratch_folder

    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def sqlite_template(installed: Registry, scratch: Path) -> Path:
    from core.testing import databases

    template = scratch / "template.sqlite"
    databases.migrate(databases.sqlite_url(template), installed, scratch)
    return template


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_database_url(
    backend: str, request: pytest.FixtureRequest, scratch: Path
) -> Iterator[str]:
    from core.testing import databases, postgres

    if backend == "sqlite":
        with databases.sqlite_database(scratch) as url:
            yield url
        return
    with postgres.postgres_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, scratch: Path) -> Iterator[str]:
    from core.testing import databases, postgres

    template = request.getfixturevalue(f"{backend}_template")
    if backend == "sqlite":
        with databases.sqlite_database(scratch, template=template) as url:
            yield url
        return
    server = request.getfixturevalue("postgres_url")
    with postgres.postgres_database(server, template=template) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    from core.config import Settings

    return Settings(
        data_dir=tmp_path / "data", database_url=database_url, egress=("127.0.0.1", "localhost")
    )


@pytest.fixture
def host(settings: Settings, installed: Registry) -> Iterator[Host]:
    from core.compose import open_host
    from core.registry.registry import Registry
    from core.security.keys import create_keys

    create_keys(settings.data_dir)
    # A registry caches what is enabled by generation, which is per database: never share one.
    opened = open_host(settings, Registry(installed.own, installed.found, installed.connectors))
    yield opened
    opened.database.close()


@pytest.fixture
def company(host: Host) -> UUID:
    from core.actor import system
    from core.companies import Company

    with host.write(system("tests")) as work:
        record = Company(name="Tandem Ltd", currency="EUR")
        work.session.add(record)
        work.session.flush()
        return record.id


@pytest.fixture(scope="session")
def compiled_templates() -> CompiledTemplates:
    from core.testing.templates import CompiledTemplates

    return CompiledTemplates()


@pytest.fixture
def app(host: Host, compiled_templates: CompiledTemplates) -> Flask:
    from core.app import create_app

    application = create_app(host)
    application.jinja_env.bytecode_cache = compiled_templates
    # An unforeseen error reaches the test with its traceback instead of as a page.
    application.testing = True
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def admin(host: Host, company: UUID) -> Actor:
    from core.testing.people import administrator, enrol

    return enrol(host, administrator(company))


@pytest.fixture
def admin_cookie(host: Host, admin: Actor) -> tuple[str, str]:
    """Name and value, for a real browser."""
    from core.testing.people import session_cookie

    return session_cookie(host, admin)


@pytest.fixture
def browser_client(app: Flask, admin: Actor) -> FlaskClient:
    from core.testing.people import browser_of

    return browser_of(app, admin)


@pytest.fixture
def api_client(app: Flask, admin: Actor) -> FlaskClient:
    from core.testing.people import program_of

    return program_of(app, admin)


@pytest.fixture
def count_queries(host: Host) -> CountQueries:
    from core.testing.queries import recorded_statements

    return partial(recorded_statements, host.database.engine)


@pytest.fixture
def loopback_only() -> Iterator[None]:
    from core.testing import sockets

    with sockets.loopback_only():
        yield
