"""``books``: an office whose ERP holds invoices, orders and payments both sides agree on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from connectors.fake.erp import Erp
from core.config import Settings
from core.host import Host
from core.registry.registry import Registry
from tests.core.sync.pages.office import Office, open_office, signed_in_as
from tests.core.sync.reconcile.books import Books


@pytest.fixture
def host(settings: Settings, installed: Registry, erp: Erp) -> Iterator[Host]:
    with open_office(settings, installed, erp) as opened:
        yield opened


@pytest.fixture
def books(host: Host, erp: Erp, company: UUID) -> Books:
    found = Books(Office(host, erp, company))
    found.open()
    return found


@pytest.fixture
def signed_in(app: Flask, host: Host, company: UUID) -> Callable[..., FlaskClient]:
    """A browser of somebody who may this and nothing else."""

    def signed(permission: str, company_id: UUID = company) -> FlaskClient:
        return signed_in_as(app, host, (permission,), company_id)

    return signed
