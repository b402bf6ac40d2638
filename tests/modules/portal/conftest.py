"""A town with a shop."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from core.host import Host
from tests.modules.conftest import MakeProduct
from tests.modules.portal.town import Town


@pytest.fixture
def town(host: Host, app: Flask, company: UUID, make_product: MakeProduct) -> Town:
    make_product("W001")
    return Town(host, app, company)
