"""Row 14: pages that repeat, skip, turn round, shrink; a feed that forgets where we were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from connectors.fake.store import Row
from core.sync.documents import Invoice, Product, SalesOrder
from core.sync.errors import Expired
from core.sync.models import SweepStep
from core.sync.pull import stream
from core.sync.values import Page, Position, Stream
from modules.billing.models import Invoice as StoredInvoice
from modules.catalog.models import Product as StoredProduct
from modules.sales.models import Order
from tests.core.sync.pull import conftest
from tests.core.sync.pull.conftest import Shop, on_sqlite
from tests.core.sync.pull.test_pull import order_there

#: All modules, and a fake ERP in memory.
shop = conftest.shop

PRODUCT, ORDER = "catalog.product", "sales.order"
Changed = Callable[[Position, int], Page[Any]]


def doubled(changed: Changed, place: Position, limit: int) -> Page[Any]:
    page = changed(place, limit)
    return replace(page, items=(*page.items, *page.items))


def overlapping(changed: Changed, place: Position, limit: int) -> Page[Any]:
    """The next page begins with the last record of this one."""
    page = changed(place, limit)
    if len(page.items) < 2:
        return page
    last = page.items[-2]
    return replace(page, next=Position(stamp=last.stamp, id=last.ref.id))


def turned(changed: Changed, place: Position, limit: int) -> Page[Any]:
    page = changed(place, limit)
    return replace(page, items=page.items[::-1])


def shrinking(changed: Changed, place: Position, limit: int) -> Page[Any]:
    """The ERP gives less than it was asked for, now and then nothing: that is not the end."""
    page = changed(place, 1)
    if page.items and page.items[0].stamp and page.items[0].stamp.microsecond % 2:
        return page
    return changed(place, limit)


def with_gap(changed: Changed, place: Position, limit: int) -> Page[Any]:
    """The first reading is not shown its second record; the next one is."""
    page = changed(place, limit)
    if place == Position():
        return replace(page, items=(*page.items[:1], *page.items[2:]))
    return page


@pytest.fixture
def bend(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.setattr(stream, "MIRROR_PAGE", 3)
    monkeypatch.setattr(stream, "PAGE", 3)
    for number in range(4):
        order_there(shop, f"SO{number}")
    read = stream.Reader.read

    def bent(how: Callable[[Changed, Position, int], Page[Any]]) -> None:
        def reading(reader: stream.Reader, feed: Stream[Any]) -> stream.Needs:
            crooked = Stream(name=feed.name, changed=partial(how, feed.changed))
            return read(reader, crooked)

        monkeypatch.setattr(stream.Reader, "read", reading)

    return bent


@on_sqlite
@pytest.mark.parametrize("how", [doubled, overlapping, turned, shrinking, with_gap])
def test_fault_14_crooked_pages_bring_everything_once(
    shop: Shop, bend: Callable[..., None], how: Any
) -> None:
    bend(how)
    shop.pull()
    shop.pull()
    store = shop.erp.store
    assert len(shop.all(StoredProduct)) == len(store.all(Product))
    assert len(shop.all(Order)) == len(store.all(SalesOrder))
    assert len(shop.all(StoredInvoice)) == len(store.all(Invoice))
    assert {cursor.error for cursor in shop.cursors(ORDER)} == {""}


@on_sqlite
def test_fault_14_pages_that_never_end_are_said_and_what_came_is_kept(
    shop: Shop, bend: Callable[..., None]
) -> None:
    """Backwards, and round in circles inside one stamp: neither is asked for ever."""
    store = shop.erp.store
    stamp = store.all(Product)[-1].stamp
    for row in store.all(Product):
        store.put(row.id, row.body, stamp=stamp)

    def circling(changed: Changed, place: Position, limit: int) -> Page[Any]:
        page = changed(place, limit)
        return page if page.items else replace(changed(Position(), limit))

    bend(circling)
    shop.pull()
    (cursor,) = shop.cursors(PRODUCT)
    assert "in circles" in cursor.error
    assert len(shop.all(StoredProduct)) == len(store.all(Product))
    (orders,) = shop.cursors(ORDER)
    assert "lead back" in orders.error
    assert len(shop.all(Order)) == 4


def test_fault_14_an_expired_token_starts_the_feed_anew_and_compares_all(
    shop: Shop, bend: Callable[..., None]
) -> None:
    shop.pull()
    forgotten: list[Position] = []

    def forgetful(changed: Changed, place: Position, limit: int) -> Page[Any]:
        if place != Position() and not forgotten:
            forgotten.append(place)
            raise Expired("The change feed keeps seven days.")
        return changed(place, limit)

    bend(forgetful)
    shop.pull()
    failed = [one for one in shop.sweeps("catalog.tax") if one.step is SweepStep.LIST]
    assert [one.reason for one in failed] == ["The change feed keeps seven days."]
    assert [one.error for one in shop.cursors("catalog.tax")] == [failed[0].reason]
    shop.pull()
    assert [one.error for one in shop.cursors("catalog.tax")] == [""]


def test_fault_14_a_reading_broken_off_goes_on_from_the_committed_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where all that is read bears one stamp: not from its beginning."""
    monkeypatch.setattr(stream, "MIRROR_PAGE", 2)
    store = shop.erp.store
    stamp = store.all(Product)[-1].stamp
    for row in store.all(Product):
        store.put(row.id, row.body, stamp=stamp)
    asked: list[Position] = []
    after = store.after

    def dying(kind: type[Any], place: Position, limit: int) -> list[Row[Any]]:
        if kind is Product:
            asked.append(place)
            if len(asked) == 3:
                raise ConnectionError("killed")
        return after(kind, place, limit)

    monkeypatch.setattr(store, "after", dying)
    shop.pull()
    shop.pull()
    assert asked[3] == asked[2]
    assert len(shop.all(StoredProduct)) == len(store.all(Product))
