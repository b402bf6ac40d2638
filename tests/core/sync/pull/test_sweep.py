from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete

from connectors.fake.faults import Fault
from core.clock import utcnow
from core.jobs.models import StoredJob
from core.quantity import Quantity
from core.sync.attention import Way
from core.sync.documents import Product, SalesOrder, StockLevel
from core.sync.errors import Expired, Unsent
from core.sync.mending import try_again
from core.sync.models import InboxState, Plan, PlanState, SweepStep
from core.sync.pull import stream
from core.sync.pull.asking import SWEEP, wake_unfinished_sweeps
from core.sync.values import Position
from modules.catalog.models import Product as StoredProduct
from modules.sales.models import Order
from modules.stock.models import StockLevel as StoredLevel
from tests.core.sync.pull.conftest import ACTOR, Shop, on_sqlite
from tests.core.sync.pull.test_pull import order_there

PRODUCT, LEVEL, ORDER = "catalog.product", "stock.level", "sales.order"


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """Pulled and swept once: what is missing from now on is missing for the first time."""
    order_there(shop)
    shop.pull()
    shop.sweep(PRODUCT, LEVEL, ORDER)
    return shop


@on_sqlite
def test_a_sweep_of_what_did_not_change_reads_no_bodies(stocked: Shop) -> None:
    stocked.erp.faults.calls.clear()
    stocked.sweep(PRODUCT, ORDER)
    assert "read" not in stocked.erp.faults.calls
    assert "ids" in stocked.erp.faults.calls


@on_sqlite
def test_what_polls_applied_is_not_read_again_by_the_first_sweep(shop: Shop) -> None:
    """Of documents: the inbox knows the version."""
    order_there(shop)
    shop.pull()
    shop.erp.faults.calls.clear()
    shop.sweep(ORDER)
    assert "read" not in shop.erp.faults.calls


@on_sqlite
def test_a_change_that_no_poll_could_see_is_found(stocked: Shop) -> None:
    """Committed later than the overlap: its stamp lies behind every place a poll starts at."""
    store = stocked.erp.store
    with time_machine.travel(utcnow() + timedelta(hours=1), tick=False):
        stocked.pull()
        stocked.pull()
    (row,) = (one for one in store.all(Product) if one.id == "LAMP-02")
    late = row.stamp - timedelta(minutes=30)
    store.put(row.id, replace(row.body, name="Late lamp"), stamp=late)
    with time_machine.travel(utcnow() + timedelta(hours=1), tick=False):
        stocked.pull()
        assert "Late lamp" not in {product.name for product in stocked.all(StoredProduct)}
    stocked.sweep(PRODUCT)
    assert "Late lamp" in {product.name for product in stocked.all(StoredProduct)}


def test_a_deletion_is_looked_at_twice(stocked: Shop) -> None:
    stocked.erp.store.delete(Product, "DELIVERY")
    stocked.sweep(PRODUCT)
    assert product(stocked, "DELIVERY").active
    stocked.sweep(PRODUCT)
    assert not product(stocked, "DELIVERY").active


@on_sqlite
def test_what_was_missed_once_and_is_back_counts_anew(stocked: Shop) -> None:
    store = stocked.erp.store
    (row,) = (one for one in store.all(Product) if one.id == "DELIVERY")
    store.delete(Product, "DELIVERY")
    stocked.sweep(PRODUCT)
    store.put("DELIVERY", row.body)
    stocked.sweep(PRODUCT)
    store.delete(Product, "DELIVERY")
    stocked.sweep(PRODUCT)
    assert product(stocked, "DELIVERY").active


@on_sqlite
def test_what_is_archived_there_is_not_deleted(stocked: Shop) -> None:
    store = stocked.erp.store
    (row,) = (one for one in store.all(Product) if one.id == "DELIVERY")
    store.put("DELIVERY", replace(row.body, active=False))
    stocked.sweep(PRODUCT)
    stocked.sweep(PRODUCT)
    assert [row for row in stocked.listed() if row.gone_at or row.missed_in] == []


def test_a_level_without_binding_goes_by_its_own_key(stocked: Shop) -> None:
    """A sofa is sold out for good: a level the ERP has no more is no level of zero."""
    stocked.erp.store.delete(StockLevel, "SOFA-01/WH")
    stocked.sweep(LEVEL)
    stocked.sweep(LEVEL)
    assert "SOFA-01/WH" not in {level.external_id for level in stocked.all(StoredLevel)}
    assert len(stocked.all(StoredLevel)) == 5


def test_what_comes_back_after_it_was_gone_is_taken_over_again(stocked: Shop) -> None:
    store = stocked.erp.store
    (row,) = (one for one in store.all(Product) if one.id == "DELIVERY")
    store.delete(Product, "DELIVERY")
    stocked.sweep(PRODUCT)
    stocked.sweep(PRODUCT)
    store.put("DELIVERY", row.body, stamp=row.stamp)  # from a backup: as old as it was
    stocked.sweep(PRODUCT)
    assert product(stocked, "DELIVERY").active


def test_a_document_no_module_can_remove_is_left_to_a_person(stocked: Shop) -> None:
    (order,) = stocked.erp.store.all(SalesOrder)
    stocked.erp.store.delete(SalesOrder, order.id)
    stocked.sweep(ORDER)
    stocked.sweep(ORDER)
    (row,) = stocked.inbox(ORDER)
    assert row.state is InboxState.STOPPED
    assert "restore it there" in row.message
    assert "cancel or correct it here" in row.message
    assert len(stocked.all(Order)) == 1
    with stocked.host.write(ACTOR) as work:
        try_again(work, Way.IN, row.id)
    stocked.pull()
    assert [row.state for row in stocked.inbox(ORDER)] == [InboxState.STOPPED]
    stocked.erp.store.put(order.id, order.body, stamp=order.stamp)
    stocked.sweep(ORDER)
    assert [row.state for row in stocked.inbox(ORDER)] == [InboxState.APPLIED]


@on_sqlite
def test_the_list_that_leaves_out_what_is_there_deletes_nothing(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right was taken from the list alone: each record is asked for before it is let go."""
    listed = stocked.erp.store.ids
    monkeypatch.setattr(
        stocked.erp.store,
        "ids",
        lambda kind, after, limit: [
            ref for ref in listed(kind, after, limit) if ref.id != "DELIVERY"
        ],
    )
    stocked.sweep(PRODUCT)
    stocked.sweep(PRODUCT)
    assert product(stocked, "DELIVERY").active
    assert [row for row in stocked.listed() if row.gone_at] == []


def test_a_sweep_broken_off_before_any_request_goes_on_where_it_was(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was compared is not compared again, and none is left out."""
    monkeypatch.setattr(stream, "MIRROR_PAGE", 2)
    store, faults = stocked.erp.store, stocked.erp.faults
    for at in range(1, 10):
        for row in store.all(Product):
            store.put(row.id, replace(row.body, name=f"{at} {row.id}"))
        dead = Fault(error=Unsent("the line went dead"), call=len(faults.calls) + at)
        faults.script.append(dead)
        stocked.ask(PRODUCT)
        stocked.sweep_slice(PRODUCT)
        faults.script.clear()
        stocked.finish_sweep(PRODUCT)
        assert {row.name[0] for row in stocked.all(StoredProduct)} == {str(at)}
        (cursor,) = stocked.sweeps(PRODUCT)
        assert (cursor.error, cursor.written) == ("", len(store.all(Product)))


@on_sqlite
def test_a_page_a_poll_overtook_is_read_again(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep's body is older than what the poll brought meanwhile: it must not win."""
    put_level(stocked, 1)
    read = stream.Reader.bodies
    overtaken: list[bool] = []

    def overtake(reader: stream.Reader, items: Any) -> Any:
        bodies = read(reader, items)
        if reader.kind == LEVEL and not overtaken:
            overtaken.append(True)
            put_level(stocked, 2)
            stocked.pull()
        return bodies

    monkeypatch.setattr(stream.Reader, "bodies", overtake)
    stocked.ask(LEVEL)
    stocked.sweep_slice(LEVEL)
    stocked.finish_sweep(LEVEL)
    levels = {level.external_id: level.on_hand for level in stocked.all(StoredLevel)}
    assert overtaken
    assert levels["CHAIR-01/WH"] == 2


def test_a_sweep_a_dead_process_left_is_taken_up(stocked: Shop) -> None:
    stocked.ask(PRODUCT)
    with stocked.host.write(ACTOR) as work:
        work.session.execute(delete(StoredJob))
        wake_unfinished_sweeps(work)
    (job,) = stocked.all(StoredJob)
    assert (job.name, job.args["kind"]) == (SWEEP, PRODUCT)


@on_sqlite
def test_a_feed_whose_token_expired_starts_anew_and_all_is_compared(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = stocked.erp.store.after
    forgotten: list[Position] = []

    def forget(kind: Any, place: Position, limit: int) -> Any:
        if kind is Product and place != Position() and not forgotten:
            forgotten.append(place)
            raise Expired("The change feed keeps seven days.")
        return after(kind, place, limit)

    monkeypatch.setattr(stocked.erp.store, "after", forget)
    stocked.pull()
    (poll,), (compared,) = stocked.cursors(PRODUCT), stocked.sweeps(PRODUCT)
    assert poll.error == compared.reason == "The change feed keeps seven days."
    assert compared.step is SweepStep.LIST
    stocked.pull()
    assert stocked.cursors(PRODUCT)[0].error == ""


def product(shop: Shop, sku: str) -> StoredProduct:
    return next(found for found in shop.all(StoredProduct) if found.sku == sku)


def put_level(shop: Shop, on_hand: int) -> None:
    row = shop.erp.store.get(StockLevel, "CHAIR-01/WH")
    assert row
    level = Quantity(row.body.on_hand.amount * 0 + on_hand, row.body.on_hand.uom)
    shop.erp.store.put(row.id, replace(row.body, on_hand=level, available=level))


def test_many_deletions_at_once_are_a_plan_that_asks(stocked: Shop) -> None:
    for sku in ("CHAIR-01", "LAMP-02"):
        stocked.erp.store.delete(StockLevel, f"{sku}/WH")
    stocked.sweep(LEVEL)
    stocked.sweep(LEVEL)
    stocked.sweep(LEVEL)
    (plan,) = stocked.all(Plan)
    assert (plan.state, plan.totals[LEVEL]["delete"]) == (PlanState.READY, 2)
    assert len(stocked.all(StoredLevel)) == 6
