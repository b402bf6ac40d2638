"""One order's whole life, and what may go wrong on the way: the product's main job."""

from __future__ import annotations

import time
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
import requests

from core.actor import system
from core.host import Host
from modules.catalog.models import Product
from tests.fixtures_tryton import RunningTryton
from tests.walks.conftest import Tandem
from tests.walks.points import begin_programme, credit, ledger_is_zero, points_in_escrow

pytestmark = pytest.mark.tryton
#: What the ERP or the processes go through is the same on both databases: these are seen on the
#: one enterprises have. Each step of the engine dies on both in core/sync and in the chaos.
ON_POSTGRESQL = pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
#: Confirmed while the ERP is away.
MANY = 20


def confirmed_there(erp: RunningTryton, orders: list[Any]) -> list[int]:
    """Sales past draft per order, counted in the ERP."""
    return [
        sum(sale["state"] in ("processing", "done") for sale in erp.sales(order["reference"]))
        for order in orders
    ]


def with_reference(order: Any) -> Any:
    (link,) = order["links"]
    return {**order, "reference": link["reference"]}


def ghost_product(company: UUID) -> Product:
    return Product(
        company_id=company,
        sku="GHOST-1",
        name="Ghost",
        description="",
        uom="C62",
        unit_price=Decimal(5),
        currency="EUR",
        taxes=[],
        stocked=True,
        active=True,
        source="elsewhere",
    )


def wrong_passwords(erp: RunningTryton) -> int:
    return int(erp.query("SELECT count(*) FROM res_user_login_attempt")[0][0])


def stock(tandem: Tandem, sku: str) -> Decimal:
    (level,) = tandem.get(f"/stock-levels?sku={sku}")["items"]
    return Decimal(level["on_hand"])


def test_an_order_is_confirmed_shipped_invoiced_paid_and_credited(
    tandem: Tandem, fresh_tryton: RunningTryton, host: Host, company: UUID
) -> None:
    begin_programme(host, company)
    order = with_reference(tandem.order("walk-1"))
    tandem.order_is(order["id"], {"link": "confirmed"})
    (sale,) = fresh_tryton.rpc(
        "sale.sale",
        "search_read",
        [["reference", "=", order["reference"]]],
        0,
        None,
        None,
        ["state", "party.name", "untaxed_amount", "lines.quantity", "lines.unit_price"],
    )
    assert sale["state"] == "processing"
    assert sale["party."]["name"] == order["customer"]
    assert sale["untaxed_amount"] == Decimal(order["net"])
    assert [(line["quantity"], line["unit_price"]) for line in sale["lines."]] == [
        (2.0, Decimal("12.5000"))
    ]
    sku = order["lines"][0]["sku"]
    before = stock(tandem, sku)
    fresh_tryton.demo.ship(order["reference"])
    tandem.order_is(order["id"], {"fulfilment": "full"})
    tandem.wait(lambda: stock(tandem, sku) == before - 2)
    fresh_tryton.demo.invoice(order["reference"])
    tandem.order_is(order["id"], {"fulfilment": "full", "billing": "full"})
    fresh_tryton.demo.pay(order["reference"])

    def paid() -> Any:
        invoices = tandem.get(f"/invoices?customer_id={order['customer_id']}&state=paid")["items"]
        return [invoice for invoice in invoices if invoice["order_id"] == order["id"]]

    (invoice,) = tandem.wait(paid)
    assert (invoice["open"], Decimal(invoice["total"])) == ("0", Decimal("30"))
    kinds = [line["kind"] for line in tandem.all(f"/parties/{order['customer_id']}/timeline")]
    for kind in ("sales.confirmed", "sales.shipped", "billing.invoiced", "billing.paid"):
        assert kind in kinds
    member = points_in_escrow(tandem, order["customer_id"], 25)
    credit(fresh_tryton, invoice["number"])
    points_in_escrow(tandem, order["customer_id"], 0)
    assert ledger_is_zero(tandem, member)


@ON_POSTGRESQL
def test_orders_confirmed_while_the_erp_is_frozen_are_there_once_when_it_is_back(
    tandem: Tandem, fresh_tryton: RunningTryton
) -> None:
    with fresh_tryton.freeze():
        orders = [with_reference(tandem.order(f"frozen-{n}")) for n in range(MANY)]
        time.sleep(2)
        shown = [tandem.get(f"/orders/{order['id']}")["states"] for order in orders]
        assert {state["commercial"] for state in shown} == {"confirmed"}
        assert "confirmed" not in {state["link"] for state in shown}
    for order in orders:
        tandem.order_is(order["id"], {"link": "confirmed"}, within_s=240)
    assert confirmed_there(fresh_tryton, orders) == [1] * MANY


@ON_POSTGRESQL
def test_orders_confirmed_while_the_erp_is_down_say_so_and_follow(
    tandem: Tandem, fresh_tryton: RunningTryton
) -> None:
    fresh_tryton.demo.stop()
    orders = [with_reference(tandem.order(f"down-{n}")) for n in range(MANY)]

    def waits_in_words() -> bool:
        return all(item["message"] for item in tandem.all("/sync/outbox"))

    tandem.wait(waits_in_words)
    assert len(tandem.all("/sync/outbox")) == MANY
    fresh_tryton.demo.start(lambda _line: None)
    for order in orders:
        tandem.order_is(order["id"], {"link": "confirmed"})
    assert confirmed_there(fresh_tryton, orders) == [1] * MANY


def test_fifty_orders_survive_sigkill_at_any_moment(
    tandem: Tandem, fresh_tryton: RunningTryton
) -> None:
    dice = Random(20261122)  # noqa: S311 - dice, no secret
    orders: dict[str, Any] = {}
    kills = 0
    next_kill = time.monotonic() + dice.uniform(0.5, 2)
    while len(orders) < 50:
        if time.monotonic() > next_kill and kills < 5:
            tandem.kill()
            tandem.start()
            kills += 1
            next_kill = time.monotonic() + dice.uniform(0.5, 3)
        reference = f"kill-{len(orders)}"
        try:
            orders[reference] = with_reference(tandem.order(reference))
        except requests.RequestException:
            continue
    while kills < 8:
        time.sleep(dice.uniform(0.2, 2))
        tandem.kill()
        tandem.start()
        kills += 1
    for order in orders.values():
        tandem.order_is(order["id"], {"link": "confirmed"}, within_s=240)
    assert confirmed_there(fresh_tryton, list(orders.values())) == [1] * 50
    total = fresh_tryton.rpc("sale.sale", "search_count", [["reference", "like", "SO-%"]])
    assert total == 50


@ON_POSTGRESQL
def test_a_wrong_password_is_said_once_in_words_and_work_resumes_when_mended(
    tandem: Tandem, fresh_tryton: RunningTryton
) -> None:
    password = fresh_tryton.settings["password"]
    user = fresh_tryton.rpc(
        "res.user", "search", [["login", "=", fresh_tryton.settings["user"]]], 0, None, None
    )
    fresh_tryton.rpc("res.user", "write", user, {"password": "changed-Behind-1"})
    fresh_tryton.query("DELETE FROM ir_session")
    order = tandem.order("locked-1")

    def refused() -> Any:
        (connection,) = tandem.get("/connections")["items"]
        return connection if connection["state"] == "needs_credentials" else None

    connection = tandem.wait(refused)
    assert "password" in connection["last_error"].lower()
    time.sleep(5)  # what was asked at the same moment gets its answer, slowly on purpose
    attempts = wrong_passwords(fresh_tryton)
    time.sleep(5)
    assert wrong_passwords(fresh_tryton) == attempts
    assert attempts <= 4  # one per thread that talked to it; six lock the account
    fresh_tryton.rpc("res.user", "write", user, {"password": password})
    assert tandem.call("POST", f"/connections/{tandem.connection}/resume").status_code == 200
    tandem.order_is(order["id"], {"link": "confirmed"})


@ON_POSTGRESQL
def test_an_order_with_a_product_the_erp_does_not_know_stops_alone(
    tandem: Tandem, host: Host, company: UUID
) -> None:
    """Tandem has it from another system; the ERP has never heard of it."""
    with host.write(system("tests")) as work:
        work.session.add(ghost_product(company))
    ghost = [{"sku": "GHOST-1", "quantity": "1"}]
    stuck = tandem.order("ghost-1", lines=ghost)
    fine = tandem.order("fine-1")
    tandem.order_is(fine["id"], {"link": "confirmed"})
    tandem.order_is(stuck["id"], {"link": "stopped"})
    (item,) = tandem.get("/sync/stopped")["items"]
    assert "GHOST-1" in item["message"]
    assert tandem.call("POST", f"/sync/stopped/{item['id']}/retry").status_code in (200, 204)
    tandem.order_is(stuck["id"], {"link": "stopped"})
