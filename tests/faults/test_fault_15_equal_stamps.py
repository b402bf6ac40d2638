"""Row 15: more records of one stamp than a page holds, as every mass change makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from connectors.fake.store import Row
from core.clock import utcnow
from core.sync.documents import Product
from core.sync.models import Sighting
from core.sync.pull import place, stream
from core.sync.values import Position
from modules.catalog.models import Product as StoredProduct
from tests.core.sync.pull import conftest
from tests.core.sync.pull.conftest import ACTOR, Shop

#: All modules, and a fake ERP in memory.
shop = conftest.shop

MANY = 25


@pytest.fixture
def mass(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """One transaction over there changes all: one stamp."""
    monkeypatch.setattr(stream, "MIRROR_PAGE", 4)
    store = shop.erp.store
    body = store.all(Product)[0].body

    def change(name: str) -> None:
        stamp = utcnow()
        for number in range(MANY):
            key = f"MASS-{number:02}"
            store.put(key, replace(body, sku=key, name=name), stamp=stamp)

    return change


@pytest.fixture
def asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[Position]:
    """Where the ERP was asked from for products, in order."""
    found: list[Position] = []
    after = shop.erp.store.after

    def noting(kind: type[Any], at: Position, limit: int) -> list[Row[Any]]:
        if kind is Product:
            found.append(at)
        return after(kind, at, limit)

    monkeypatch.setattr(shop.erp.store, "after", noting)
    return found


def names(shop: Shop) -> list[str]:
    return [one.name for one in shop.all(StoredProduct) if one.sku.startswith("MASS")]


def test_fault_15_equal_stamps_end_and_are_complete(
    shop: Shop, mass: Callable[[str], None]
) -> None:
    mass("first")
    shop.pull()
    assert names(shop) == ["first"] * MANY
    shop.erp.faults.calls.clear()
    shop.pull()
    assert "read" not in shop.erp.faults.calls
    (cursor,) = shop.cursors("catalog.product")
    assert cursor.written == MANY + 7
    assert cursor.unchanged == 0


def test_fault_15_a_mass_change_is_not_listed_again_by_every_poll(
    shop: Shop,
    mass: Callable[[str], None],
    asked: list[Position],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once the overlap has passed it is, one time: what committed late behind it is found."""
    monkeypatch.setattr(place, "MANY", 10)
    shop.pull()
    mass("second")
    shop.pull()
    (row,) = shop.erp.store.of(Product, ["CHAIR-01"])
    late = replace(row.body, name="Late chair")
    (mass_row,) = shop.erp.store.of(Product, ["MASS-00"])
    shop.erp.store.put("CHAIR-01", late, stamp=mass_row.stamp - timedelta(seconds=30))
    asked.clear()
    for _ in range(3):
        shop.pull()
    assert len(asked) == 3
    assert "Late chair" not in {one.name for one in shop.all(StoredProduct)}
    with time_machine.travel(utcnow() + place.OVERLAP, tick=False):
        shop.pull()
    assert "Late chair" in {one.name for one in shop.all(StoredProduct)}
    asked.clear()
    with time_machine.travel(utcnow() + 2 * place.OVERLAP, tick=False):
        shop.pull()
        shop.pull()
    assert len(asked) <= 10  # once more at most; then the floor has passed it


def test_fault_15_what_is_remembered_of_a_mass_change_is_forgotten(
    shop: Shop, mass: Callable[[str], None]
) -> None:
    """In rows of their own: a column of a million ids would be written with every page."""
    mass("third")
    for turn in range(4):
        with time_machine.travel(utcnow() + turn * place.OVERLAP, tick=False):
            shop.pull()
    (cursor,) = shop.cursors("catalog.product")
    with shop.host.read(ACTOR) as work:
        mine = select(func.count()).where(Sighting.cursor_id == cursor.id)
        assert (work.session.scalar(mine) or 0) <= 1  # the end itself is met again
