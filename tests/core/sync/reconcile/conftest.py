"""``books``: an office whose ERP holds invoices, orders and payments both sides agree on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from connectors.fake.erp import Erp
from core.actor import system
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.registry.discovery import Found, Installed
from core.registry.registry import Registry
from core.security.accounts import Person
from core.security.keys import create_keys
from core.security.roles import create_role
from core.sync.contract import Connector
from core.testing.people import browser_of, enrol
from tests.core.sync.pages.office import Office
from tests.core.sync.reconcile.books import Books


@pytest.fixture
def erp() -> Erp:
    found = Erp()
    populate(found.store)
    return found


@pytest.fixture
def host(settings: Settings, installed: Registry, erp: Erp) -> Iterator[Host]:
    create_keys(settings.data_dir)
    connectors: dict[str, Installed[Connector[Any]]] = dict(installed.connectors.installed)
    connectors["fake"] = Installed("fake", FakeConnector(erp), "connectors.fake", "tandem-crm", "0")
    opened = open_host(settings, Registry(installed.own, installed.found, Found(connectors)))
    yield opened
    opened.database.close()


@pytest.fixture
def books(host: Host, erp: Erp, company: UUID) -> Books:
    found = Books(Office(host, erp, company))
    found.open()
    return found


@pytest.fixture
def signed_in(app: Flask, host: Host, company: UUID) -> Callable[..., FlaskClient]:
    """A browser of somebody who may this and nothing else."""

    def signed(permission: str, company_id: UUID = company) -> FlaskClient:
        name = f"{permission} in {company_id.hex[-6:]}"
        with host.write(system("tests")) as work:
            create_role(work, name, (permission,))
        person = Person(
            email=f"{company_id.hex[-6:]}@tandem.example",
            name=name,
            roles=frozenset({name}),
            companies=frozenset({company_id}),
            company_id=company_id,
        )
        return browser_of(app, enrol(host, person))

    return signed
