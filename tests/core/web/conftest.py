"""Pages are tested with a module of the tests' own: ``parcels`` beside this file."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from core.actor import system
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.registry.discovery import Found, Installed
from core.registry.registry import Registry
from tests.core.web.parcels.module import module
from tests.core.web.parcels.store import METADATA, pack

PACKAGE = "tests.core.web.parcels"


@pytest.fixture
def host(settings: Settings, installed: Registry) -> Iterator[Host]:
    """Tandem with the parcels on, beside whatever is installed."""
    mine = Installed("parcels", module, PACKAGE, "acme-parcels", "1.2")
    found = Found(
        {**installed.found.installed, "parcels": mine}, {"wreck": "ImportError: No module named x"}
    )
    settings.data_dir.mkdir(exist_ok=True)
    opened = open_host(settings, Registry(installed.own, found, installed.connectors))
    METADATA.create_all(opened.database.engine)
    opened.enable("parcels", system())
    yield opened
    opened.database.close()


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged; a panel of the parcels fails on every record's page, as it should."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def packed(host: Host, company: UUID) -> int:
    """Parcels enough for three pages."""
    with host.write(system()) as work:
        pack(work, company, 200)
    return 200
