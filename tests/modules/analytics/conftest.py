"""A company that trades."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.host import Host
from tests.modules.analytics.trade import Trade


@pytest.fixture
def trade(host: Host, company: UUID) -> Trade:
    return Trade(host, company)
