from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import func, select

from core.clock import utcnow
from core.db.base import Base
from core.errors import RuleBroken
from core.money import Money
from core.sync.documents import Party, Product, StockLevel
from core.sync.inline import InlineContext
from core.sync.models import Plan, PlanItem, PlanPurpose, PlanState
from core.sync.overview import Health, overview
from core.sync.plans import approve, propose, reject
from core.sync.plans.job import look_at_age, run_plan
from core.sync.pull import stream
from core.sync.pull.progress import progress
from core.sync.retention import forget
from modules.catalog.models import Product as StoredProduct
from modules.contacts.models import Party as StoredParty
from modules.sales.models import Order
from modules.stock.models import StockLevel as StoredLevel
from tests.core.sync.pull.conftest import ACTOR, Shop, on_sqlite
from tests.core.sync.pull.test_pull import order_there

PRODUCT, LEVEL, ORDER = "catalog.product", "stock.level", "sales.order"
Planned = Callable[..., Plan]


@pytest.fixture
def planned(shop: Shop) -> Planned:
    def make(purpose: PlanPurpose = PlanPurpose.FIRST_LOAD, *kinds: str) -> Plan:
        with shop.host.write(ACTOR) as work:
            plan = propose(work, shop.connection, purpose, kinds or None)
        run(shop, plan)
        return found(shop, plan)

    return make


def run(shop: Shop, plan: Plan) -> None:
    run_plan(InlineContext(shop.host, ACTOR), {"plan": str(plan.id)})


def found(shop: Shop, plan: Plan) -> Plan:
    with shop.host.read(ACTOR) as work:
        return work.session.get_one(Plan, plan.id)


def decide(shop: Shop, decision: Callable[..., None], plan: Plan) -> None:
    with shop.host.write(ACTOR) as work:
        decision(work, plan.id)


def items(shop: Shop, plan: Plan) -> list[PlanItem]:
    return [item for item in shop.all(PlanItem) if item.plan_id == plan.id]


def health(shop: Shop) -> Health:
    with shop.host.read(ACTOR) as work:
        return overview(work)[0]


def rows_of_all_tables(shop: Shop) -> dict[str, int]:
    """But for the plan's own, the jobs, and what is known of the connection."""
    besides = ("core_plan", "core_job", "core_process", "core_connection", "core_gate")
    tables = [
        table
        for table in Base.metadata.sorted_tables
        if not table.name.startswith((*besides, "trial_"))
    ]
    with shop.host.read(ACTOR) as work:
        return {
            table.name: work.session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


def test_the_plan_of_a_first_load_counts_names_and_writes_nothing(
    shop: Shop, planned: Planned
) -> None:
    order_there(shop)
    before = rows_of_all_tables(shop)
    plan = planned()
    assert rows_of_all_tables(shop) == before
    store = shop.erp.store
    assert (plan.state, plan.error) == (PlanState.READY, "")
    wanted = {"contacts.party": Party, PRODUCT: Product, LEVEL: StockLevel}
    for kind, document in wanted.items():
        count = len(store.all(document))
        assert plan.totals[kind] == {"create": count, "change": 0, "same": 0, "delete": 0}
    assert plan.totals[ORDER]["create"] == 1
    names = {item.name for item in items(shop, plan)}
    assert "CHAIR-01 Oak chair" in names
    chair = next(item for item in items(shop, plan) if item.external_id == "CHAIR-01")
    assert (chair.before, chair.after and chair.after["unit_price"]) == (None, "89.000000")


def test_nothing_is_pulled_before_the_first_load_is_approved(shop: Shop, planned: Planned) -> None:
    plan = planned()
    shop.pull()
    assert shop.all(StoredProduct) == []
    waits = health(shop)
    assert "waits to be approved" in waits.words
    assert "approve it" in waits.advice
    assert not waits.good
    decide(shop, approve, plan)
    shop.pull()
    assert health(shop).good
    assert len(shop.all(StoredProduct)) == len(shop.erp.store.all(Product))
    run(shop, plan)
    assert found(shop, plan).state is PlanState.DONE


def test_what_is_planned_is_what_happens(shop: Shop, planned: Planned) -> None:
    order_there(shop)
    plan = planned()
    decide(shop, approve, plan)
    shop.pull()
    assert plan.totals["contacts.party"]["create"] == len(shop.all(StoredParty))
    assert plan.totals[LEVEL]["create"] == len(shop.all(StoredLevel))
    assert plan.totals[ORDER]["create"] == len(shop.all(Order))


@on_sqlite
def test_after_a_rejected_first_load_nothing_is_pulled(shop: Shop, planned: Planned) -> None:
    decide(shop, reject, planned())
    shop.pull()
    assert shop.all(StoredProduct) == []
    assert planned().state is PlanState.READY  # another one can be asked for


@on_sqlite
def test_a_connection_nobody_planned_for_counts_as_approved(shop: Shop) -> None:
    shop.pull()
    assert shop.all(StoredProduct)


def test_a_backfill_shows_changed_names_and_prices_before_and_after(
    shop: Shop, planned: Planned
) -> None:
    shop.pull()
    change_behind_the_polls(shop)
    plan = planned(PlanPurpose.BACKFILL, PRODUCT)
    assert plan.totals == {PRODUCT: {"create": 0, "change": 1, "same": 6, "delete": 0}}
    (item,) = items(shop, plan)
    assert (item.before, item.after) == (
        {"name": "Desk lamp", "unit_price": "34.900000"},
        {"name": "Bright lamp", "unit_price": "39.900000"},
    )
    assert lamp(shop).name == "Desk lamp"


@on_sqlite
def test_an_approved_backfill_reads_all_once_more(shop: Shop, planned: Planned) -> None:
    shop.pull()
    change_behind_the_polls(shop)
    polls = [(cursor.stamp, cursor.place, cursor.written) for cursor in shop.cursors(PRODUCT)]
    plan = planned(PlanPurpose.BACKFILL, PRODUCT)
    decide(shop, approve, plan)
    run(shop, plan)
    assert found(shop, plan).state is PlanState.DONE
    assert lamp(shop).name == "Bright lamp"
    assert [(one.stamp, one.place, one.written) for one in shop.cursors(PRODUCT)] == polls
    with shop.host.read(ACTOR) as work:
        (done,) = (one for one in progress(work, shop.connection) if one.mode == "backfill")
    assert (done.written, done.unchanged, done.is_running) == (1, 6, False)


@on_sqlite
def test_a_manual_run_plans_what_a_pull_would_bring_now(shop: Shop, planned: Planned) -> None:
    shop.pull()
    store = shop.erp.store
    (row,) = (one for one in store.all(Product) if one.id == "LAMP-02")
    store.put(row.id, replace(row.body, name="Bright lamp"))
    plan = planned(PlanPurpose.MANUAL, PRODUCT, LEVEL)
    assert plan.totals[PRODUCT] == {"create": 0, "change": 1, "same": 0, "delete": 0}
    assert lamp(shop).name == "Desk lamp"
    decide(shop, approve, plan)
    shop.pull()
    run(shop, plan)
    assert (lamp(shop).name, found(shop, plan).state) == ("Bright lamp", PlanState.DONE)


def test_approved_deletions_are_done_and_only_those(shop: Shop) -> None:
    shop.pull()
    shop.sweep(LEVEL)
    for sku in ("CHAIR-01", "LAMP-02", "SOFA-01"):
        shop.erp.store.delete(StockLevel, f"{sku}/WH")
    shop.sweep(LEVEL)
    shop.sweep(LEVEL)
    (plan,) = shop.all(Plan)
    assert {item.external_id for item in items(shop, plan)} == {
        "CHAIR-01/WH",
        "LAMP-02/WH",
        "SOFA-01/WH",
    }
    level = shop.erp.store.all(StockLevel)[0].body
    shop.erp.store.put("SOFA-01/WH", replace(level, product="SOFA-01"))  # meanwhile it is back
    shop.erp.store.delete(StockLevel, "RUG-04/WH")  # and another one is missing, once
    shop.sweep(LEVEL)
    decide(shop, approve, plan)
    run(shop, plan)
    assert {one.external_id for one in shop.all(StoredLevel)} == {
        "TABLE-01/WH",
        "SHELF-03/WH",
        "SOFA-01/WH",
        "RUG-04/WH",
    }
    assert found(shop, plan).state is PlanState.DONE


@on_sqlite
def test_a_plan_the_erp_left_behind_says_so_and_is_given_up_after_a_day(
    shop: Shop, planned: Planned
) -> None:
    plan = planned()
    look_at_age(InlineContext(shop.host, ACTOR), {})
    assert found(shop, plan).moved_at is None
    store = shop.erp.store
    row = store.all(Product)[0]
    store.put(row.id, replace(row.body, name="Another"))
    look_at_age(InlineContext(shop.host, ACTOR), {})
    assert found(shop, plan).moved_at is not None
    with time_machine.travel(utcnow() + timedelta(hours=25), tick=False):
        with pytest.raises(RuleBroken):
            decide(shop, approve, plan)
        look_at_age(InlineContext(shop.host, ACTOR), {})
    assert found(shop, plan).state is PlanState.EXPIRED


@on_sqlite
def test_one_open_plan_of_a_kind_is_enough(shop: Shop, planned: Planned) -> None:
    planned()
    with pytest.raises(RuleBroken), shop.host.write(ACTOR) as work:
        propose(work, shop.connection, PlanPurpose.FIRST_LOAD)


def test_a_plan_is_computed_page_by_page_with_what_other_pages_bring(
    shop: Shop, planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page was rolled back: what it refers to is read again and goes with it."""
    monkeypatch.setattr("core.sync.plans.compute._PAGE", 2)
    monkeypatch.setattr(stream, "PAGE", 2)
    for number in range(5):
        order_there(shop, f"SO{number}")
    plan = planned()
    assert plan.error == ""
    assert plan.totals[ORDER]["create"] == 5
    assert plan.totals["billing.invoice"]["create"] == 5


def change_behind_the_polls(shop: Shop) -> None:
    """Of a stamp that lies behind all that is read again."""
    store = shop.erp.store
    (row,) = (one for one in store.all(Product) if one.id == "LAMP-02")
    price = Money(Decimal("39.90"), "EUR")
    lamp = replace(row.body, name="Bright lamp", unit_price=price)
    store.put(row.id, lamp, stamp=row.stamp - timedelta(days=1))


def lamp(shop: Shop) -> StoredProduct:
    return next(one for one in shop.all(StoredProduct) if one.sku == "LAMP-02")


def test_old_plans_are_forgotten_but_what_holds_or_frees_a_connection_stays(
    shop: Shop, planned: Planned
) -> None:
    first, manual = planned(), planned(PlanPurpose.MANUAL, PRODUCT)
    for plan in (first, manual):
        decide(shop, reject, plan)
    assert items(shop, first)
    assert items(shop, manual)
    forget_in(shop, 29)
    assert items(shop, manual)
    forget_in(shop, 31)
    assert [plan.id for plan in shop.all(Plan)] == [first.id]
    assert shop.all(PlanItem) == []
    shop.pull()
    assert shop.all(StoredProduct) == []


def forget_in(shop: Shop, days: int) -> None:
    with time_machine.travel(utcnow() + timedelta(days=days), tick=False):
        forget(InlineContext(shop.host, ACTOR), {})
