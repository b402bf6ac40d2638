"""``shop``: parties on Tandem and in a fake ERP, both of which people may change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from connectors.fake.connector import FakeConnector
from connectors.fake.erp import Erp
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.registry.discovery import Found, Installed
from core.registry.registry import Registry
from core.security.keys import create_keys
from core.sync.contract import Connector
from tests.core.sync.merge.shop import Shop


@pytest.fixture
def erp() -> Erp:
    return Erp()


@pytest.fixture
def host(settings: Settings, installed: Registry, erp: Erp) -> Iterator[Host]:
    create_keys(settings.data_dir)
    connectors: dict[str, Installed[Connector[Any]]] = dict(installed.connectors.installed)
    connectors["fake"] = Installed("fake", FakeConnector(erp), "connectors.fake", "tandem-crm", "0")
    opened = open_host(settings, Registry(installed.own, installed.found, Found(connectors)))
    yield opened
    opened.database.close()


@pytest.fixture
def shop(host: Host, erp: Erp, company: UUID) -> Shop:
    return Shop.opened(host, erp, company)
