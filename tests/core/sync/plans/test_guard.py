"""Ordinary polls: what looks like too much at once is held, shown as a plan, and decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from core.clock import utcnow
from core.money import Money
from core.sync.documents import Product
from core.sync.inline import InlineContext
from core.sync.models import Plan, PlanPurpose, PlanState
from core.sync.plans import approve, propose, reject
from core.sync.plans.job import look_at_age, run_plan
from core.sync.pull import guard
from modules.catalog.models import Product as StoredProduct
from tests.core.sync.pull.conftest import ACTOR, Shop, on_sqlite
from tests.core.sync.pull.test_pull import order_there

PRODUCT = "catalog.product"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop is: it has a few products."""
    monkeypatch.setattr(guard, "MOST_NEW", 3)
    monkeypatch.setattr(guard, "MOST_AMOUNTS", 2)


def new_there(shop: Shop, count: int) -> None:
    known = shop.erp.store.all(Product)[0]
    for number in range(count):
        shop.erp.store.put(f"NEW-{number}", replace(known.body, sku=f"NEW-{number}"))


def dearer_there(shop: Shop, count: int) -> None:
    for row in shop.erp.store.all(Product)[:count]:
        price = Money(Decimal("7777.00"), "EUR")
        shop.erp.store.put(row.id, replace(row.body, unit_price=price))


def plans(shop: Shop) -> list[Plan]:
    return [plan for plan in shop.all(Plan) if plan.purpose is PlanPurpose.GUARD]


def computed(shop: Shop) -> Plan:
    """The newest."""
    run_plan(InlineContext(shop.host, ACTOR), {"plan": str(plans(shop)[-1].id)})
    return plans(shop)[-1]


def held_prices(shop: Shop) -> int:
    return sum(row.unit_price == Decimal(7777) for row in shop.all(StoredProduct))


def test_many_new_records_at_once_wait_for_a_person_and_other_kinds_go_on(shop: Shop) -> None:
    shop.pull()
    before = len(shop.all(StoredProduct))
    new_there(shop, before)
    order_there(shop)
    shop.pull()
    assert len(shop.all(StoredProduct)) == before
    (cursor,) = shop.cursors(PRODUCT)
    assert "would be new at once" in cursor.error
    assert [row.kind for row in shop.inbox("sales.order")] == ["sales.order"]
    plan = computed(shop)
    assert (plan.state, plan.kinds, plan.totals[PRODUCT]["create"]) == (
        PlanState.READY,
        [PRODUCT],
        before,
    )
    shop.pull()
    shop.sweep_slice(PRODUCT)
    assert (len(shop.all(StoredProduct)), len(plans(shop))) == (before, 1)
    with shop.host.write(ACTOR) as work:
        approve(work, plan.id)
    shop.pull()
    assert len(shop.all(StoredProduct)) == 2 * before
    assert computed(shop).state is PlanState.DONE
    assert shop.cursors(PRODUCT)[0].error == ""
    dearer_there(shop, before)  # what was approved was that step, not the next one
    shop.pull()
    assert len(plans(shop)) == 2


def test_many_changed_amounts_at_once_are_shown_and_a_later_plan_lets_them_through(
    shop: Shop,
) -> None:
    shop.pull()
    dearer_there(shop, 4)
    shop.pull()
    assert held_prices(shop) == 0
    plan = computed(shop)
    assert plan.totals[PRODUCT]["change"] == 4
    with shop.host.write(ACTOR) as work:
        reject(work, plan.id)
    with time_machine.travel(utcnow() + timedelta(days=2)):
        look_at_age(InlineContext(shop.host, ACTOR), {})
        shop.pull()
    assert (held_prices(shop), len(plans(shop))) == (0, 1)
    with shop.host.write(ACTOR) as work:
        later = propose(work, shop.connection, PlanPurpose.MANUAL, None).id
    run_plan(InlineContext(shop.host, ACTOR), {"plan": str(later)})
    with shop.host.write(ACTOR) as work:
        approve(work, later)
    shop.pull()
    assert held_prices(shop) == 4


@on_sqlite
def test_what_a_day_brings_asks_nobody(shop: Shop) -> None:
    shop.pull()
    new_there(shop, 3)
    dearer_there(shop, 2)
    shop.pull()
    assert (held_prices(shop), plans(shop)) == (2, [])


@on_sqlite
def test_the_pages_of_one_reading_count_together(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sync.pull.stream.MIRROR_PAGE", 3)
    shop.pull()
    before = len(shop.all(StoredProduct))
    new_there(shop, before)
    shop.pull()
    # Two and three of them are let in; with the last two it would be five and more.
    assert (before, len(shop.all(StoredProduct))) == (7, 12)
    assert len(plans(shop)) == 1


@on_sqlite
def test_a_plan_nobody_decided_in_time_is_asked_anew(shop: Shop) -> None:
    shop.pull()
    new_there(shop, 20)
    shop.pull()
    computed(shop)
    with time_machine.travel(utcnow() + timedelta(days=2)):
        look_at_age(InlineContext(shop.host, ACTOR), {})
        shop.pull()
    assert [plan.state for plan in plans(shop)] == [PlanState.EXPIRED, PlanState.COMPUTING]
