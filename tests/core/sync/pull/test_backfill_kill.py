"""A real process, a real SIGKILL; the same with a million levels is a figure of ``make bench``."""

from __future__ import annotations

import pytest

from core.host import Host
from core.sync.pull.stream import MIRROR_PAGE
from tests.bench.backfill import WAREHOUSES
from tests.bench.catalogue import erp_with_products
from tests.bench.killed import backfill_killed

LEVELS = 20_000


@pytest.mark.timeout(300)
def test_a_backfill_goes_on_within_a_page_after_sigkill(host: Host) -> None:
    connection, _products = erp_with_products(host, LEVELS // WAREHOUSES)
    killed = backfill_killed(host, connection.id, LEVELS)
    assert 0 <= killed.committed - killed.resumed_at <= MIRROR_PAGE
    assert killed.resumed_at > 0
    assert killed.levels == LEVELS
    assert killed.peak_bytes < 250e6
