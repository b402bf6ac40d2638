"""``shop``: parties on Tandem and in a fake ERP, both of which people may change.

``there`` and ``connected``: the trial module and a fake ERP, as the outbound tests have them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.config import Settings
from core.registry.registry import Registry
from tests.core.sync.conftest import connected, erp, make_trial, there
from tests.core.sync.merge.shop import Shop, open_shop

__all__ = ["connected", "erp", "make_trial", "shop", "there"]


@pytest.fixture
def shop(settings: Settings, installed: Registry) -> Iterator[Shop]:
    with open_shop(settings, installed) as opened:
        yield opened
