"""Row 20: much is deleted at once; something is deleted here and changed there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.sync.documents import Product, StockLevel
from core.sync.models import Plan, PlanPurpose, PlanState
from core.sync.pull import stream
from core.sync.pull.parting import is_mass
from modules.catalog.models import Product as StoredProduct
from modules.stock.models import StockLevel as StoredLevel
from tests.core.sync.pull import conftest
from tests.core.sync.pull.conftest import Shop

#: All modules, and a fake ERP in memory.
shop = conftest.shop

PRODUCT, LEVEL = "catalog.product", "stock.level"


@pytest.mark.parametrize(
    ("gone", "known", "asks"),
    [(1, 3, False), (2, 100, False), (3, 100, True), (50, 2_500, False), (51, 1_000_000, True)],
)
def test_fault_20_more_than_two_per_cent_or_fifty_asks(
    gone: int, known: int, *, asks: bool
) -> None:
    assert is_mass(gone, known) is asks


def test_fault_20_five_per_cent_gone_at_once_stops_the_sweep(shop: Shop) -> None:
    store = shop.erp.store
    level = store.all(StockLevel)[0].body
    for number in range(34):
        store.put(f"CHAIR-01/W{number:02}", replace(level, warehouse=f"W{number:02}"))
    shop.pull()
    shop.sweep(LEVEL)
    for number in range(2):
        store.delete(StockLevel, f"CHAIR-01/W{number:02}")
    for _ in range(3):
        shop.sweep(LEVEL)
    assert len(shop.all(StoredLevel)) == 40
    (plan,) = shop.all(Plan)
    assert (plan.purpose, plan.state) == (PlanPurpose.SWEEP, PlanState.READY)
    assert plan.totals == {LEVEL: {"create": 0, "change": 0, "same": 0, "delete": 2}}


def test_fault_20_what_is_changed_while_its_deletion_is_taken_over_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing in two lists, and back in the moment it is asked for by itself."""
    shop.pull()
    shop.sweep(PRODUCT)
    store = shop.erp.store
    (row,) = store.of(Product, ["DELIVERY"])
    store.delete(Product, "DELIVERY")
    shop.sweep(PRODUCT)
    read = stream.Reader.bodies

    def back(reader: stream.Reader, items: Any) -> Any:
        if [item.ref.id for item in items] == ["DELIVERY"]:
            store.put("DELIVERY", replace(row.body, name="Delivery by night"))
        return read(reader, items)

    monkeypatch.setattr(stream.Reader, "bodies", back)
    shop.sweep(PRODUCT)
    (found,) = (one for one in shop.all(StoredProduct) if one.sku == "DELIVERY")
    assert (found.active, found.name) == (True, "Delivery by night")
