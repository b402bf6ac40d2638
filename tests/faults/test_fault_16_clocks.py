"""Row 16: the ERP's clock is wrong, jumps, or stamps what it commits much later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from core.sync.documents import Product
from modules.catalog.models import Product as StoredProduct
from tests.core.sync.pull import conftest
from tests.core.sync.pull.conftest import Shop, on_sqlite

#: All modules, and a fake ERP in memory.
shop = conftest.shop

#: Stamps are compared in Python; that SQLite keeps them as text is what could go wrong.
pytestmark = on_sqlite

PRODUCT = "catalog.product"
NOON = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the night summer time ends in Europe
MINUTE = timedelta(minutes=1)


def change(shop: Shop, sku: str, name: str, stamp: datetime) -> None:
    (row,) = shop.erp.store.of(Product, [sku])
    shop.erp.store.put(sku, replace(row.body, name=name), stamp=stamp)


def names(shop: Shop) -> set[str]:
    return {product.name for product in shop.all(StoredProduct)}


@pytest.fixture
def pulled(shop: Shop) -> Shop:
    """All products bear noon, by the ERP's clock."""
    for row in shop.erp.store.all(Product):
        shop.erp.store.put(row.id, row.body, stamp=NOON)
    shop.pull()
    shop.sweep(PRODUCT)
    return shop


@pytest.mark.parametrize("wrong", [-10 * MINUTE, 10 * MINUTE], ids=["behind", "ahead"])
def test_fault_16_a_clock_that_is_wrong_by_ten_minutes_loses_nothing(
    shop: Shop, wrong: timedelta
) -> None:
    """Only its own stamps are compared with each other."""
    with time_machine.travel(NOON, tick=False) as ours:
        for row in shop.erp.store.all(Product):
            shop.erp.store.put(row.id, row.body, stamp=NOON + wrong)
        for minute in range(1, 13, 4):
            shop.pull()
            ours.shift(4 * MINUTE)
            change(shop, "LAMP-02", f"Lamp {minute}", NOON + wrong + minute * MINUTE)
        shop.pull()
    assert "Lamp 9" in names(shop)


@pytest.mark.parametrize(
    ("late", "by_poll"),
    [(MINUTE, True), (4.9 * MINUTE, True), (6 * MINUTE, False), (60 * MINUTE, False)],
    ids=["a minute", "nearly the overlap", "more than the overlap", "set back by an hour"],
)
def test_fault_16_what_is_stamped_before_what_we_have_read(
    pulled: Shop, late: timedelta, *, by_poll: bool
) -> None:
    """A long transaction; a clock set back; local time labelled as UTC when summer time ends."""
    change(pulled, "LAMP-02", "Late lamp", NOON - late)
    pulled.pull()
    assert ("Late lamp" in names(pulled)) is by_poll
    pulled.sweep(PRODUCT)
    assert "Late lamp" in names(pulled)


def test_fault_16_a_change_inside_the_second_we_have_read_is_seen(shop: Shop) -> None:
    """Stamps of whole seconds: the same stamp twice, and not the same content."""
    for row in shop.erp.store.all(Product):
        shop.erp.store.put(row.id, row.body, stamp=NOON)
    shop.pull()
    change(shop, "LAMP-02", "Same second", NOON)
    shop.pull()
    assert "Same second" in names(shop)
    shop.erp.faults.calls.clear()
    shop.pull()
    (cursor,) = shop.cursors(PRODUCT)
    assert cursor.unchanged == 6
