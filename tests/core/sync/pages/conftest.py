"""``office``: Tandem with every module, and a fake ERP of this test's own."""

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

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def host(settings: Settings, installed: Registry, erp: Erp) -> Iterator[Host]:
    with open_office(settings, installed, erp) as opened:
        yield opened


@pytest.fixture
def office(host: Host, erp: Erp, company: UUID) -> Office:
    return Office(host, erp, company)


@pytest.fixture
def signed_in(app: Flask, host: Host, company: UUID) -> SignedIn:
    """``signed_in("core.sync")``: a browser of somebody who may this and nothing else."""

    def signed(*permissions: str, company_id: UUID = company) -> FlaskClient:
        return signed_in_as(app, host, permissions, company_id)

    return signed
