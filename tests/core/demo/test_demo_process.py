"""One order's whole life in a demo that was started as people start it, and how it ends."""

from __future__ import annotations

import signal
import socket
import stat
from decimal import Decimal
from typing import Any

import pytest

from connectors.tryton.demo.erp import TrytonDemo
from connectors.tryton.rows import search
from core.demo.folder import NAME, Folder
from tests.core.demo.conftest import Prepared, RunningDemo, StartDemo, until

KEYS = {"url", "email", "password", "api_token", "erp"}
ERP_KEYS = {"url", "database", "login", "password"}

pytestmark = pytest.mark.slow


@pytest.mark.tryton
@pytest.mark.timeout(300)
def test_an_order_goes_out_to_tryton_and_comes_back_shipped_invoiced_and_paid(
    start_demo: StartDemo,
) -> None:
    demo = start_demo("tryton")
    order = confirm_one(demo)
    reference = order["links"][0]["reference"]
    (sale,) = sales(demo, reference)
    assert sale["state"] == "processing"
    assert sale["untaxed_amount"] == Decimal(order["net"])
    see_it_through(demo, order)
    before = kept(demo)
    assert demo.end(signal.SIGTERM) == 0
    assert demo.family() == []
    demo.start()
    assert kept(demo) == before
    assert sales(demo, reference)[0]["state"] == "done"
    # Killed, it leaves its Tryton behind: the next one takes it over, and ends it.
    demo.end(signal.SIGKILL)
    demo.start()
    assert "still up" in demo.said
    assert kept(demo) == before
    assert demo.end(signal.SIGTERM) == 0
    assert demo.family() == []


def test_the_fake_needs_no_second_server(start_demo: StartDemo) -> None:
    demo = start_demo("fake")
    known = demo.credentials
    assert (set(known), set(known["erp"])) == (KEYS, ERP_KEYS)
    mode = (demo.folder / ".demo/credentials.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    see_it_through(demo, confirm_one(demo))
    before = kept(demo)
    assert demo.end(signal.SIGINT) == 0
    assert demo.family() == []
    demo.start()
    assert kept(demo) == before


def test_it_begins_with_orders_of_several_customers_and_one_draft(fake_demo: RunningDemo) -> None:
    demo = fake_demo
    orders = demo.get("/orders", source="tandem")["items"]
    assert len(orders) == 6
    assert len({order["customer_id"] for order in orders}) > 3
    assert [one["states"]["commercial"] for one in orders].count("draft") == 1
    until(lambda: len(demo.get("/orders", link="confirmed")["items"]) == 5)


def test_what_can_not_be_done_is_one_clear_line(fake_demo: RunningDemo) -> None:
    demo = fake_demo
    (draft,) = demo.get("/orders", commercial="draft")["items"]
    order = confirm_one(demo)
    assert refused(demo, "ship", "SO-1999-1") == "There is no order SO-1999-1."
    said = refused(demo, "ship", draft["number"])
    assert said == f"Order {draft['number']} is a draft: confirm it first."
    assert "no open invoice" in refused(demo, "pay", order["number"])
    step(demo, "ship", order["links"][0]["reference"])
    until(lambda: fresh(demo, order)["states"]["fulfilment"] == "full")
    assert refused(demo, "ship", order["number"]).endswith("is shipped already.")


def test_a_second_demo_in_the_same_folder_is_refused(fake_demo: RunningDemo) -> None:
    demo = fake_demo
    said = demo.call()
    assert said.returncode == 1
    assert said.stderr.startswith(f"tandem: A demo runs already at http://127.0.0.1:{demo.port}")
    assert said.stderr.count("\n") == 1


def test_reset_ends_what_runs_and_removes_it(start_demo: StartDemo) -> None:
    demo = start_demo("fake")
    said = demo.call("reset")
    assert (said.returncode, said.stderr) == (0, "")
    assert demo.process is not None
    assert demo.process.wait(30) == 0
    assert demo.family() == []
    assert not (demo.folder / ".demo").exists()
    assert demo.call("reset").returncode == 0


def test_a_taken_port_is_one_clear_line(prepared: Prepared) -> None:
    demo = prepared("fake")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        said = demo.call()
    assert said.returncode == 1
    assert said.stderr.startswith(f"tandem: Port {demo.port} is taken")
    assert said.stderr.count("\n") == 1


def test_another_erp_needs_another_demo(prepared: Prepared) -> None:
    demo = prepared("tryton")
    Folder(demo.folder / NAME).note("fake", complete=True)
    said = demo.call()
    assert said.returncode == 1
    assert "was made with fake" in said.stderr
    assert said.stderr.count("\n") == 1


def test_an_erp_that_is_not_here_is_one_clear_line(prepared: Prepared) -> None:
    said = prepared("nowhere").call()
    assert said.returncode == 1
    assert said.stderr == "tandem: There is no connector nowhere here. Is its package installed?\n"


def confirm_one(demo: RunningDemo) -> Any:
    order = draft_one(demo)
    demo.post(f"/orders/{order['id']}/confirm")
    until(lambda: fresh(demo, order)["states"]["link"] == "confirmed")
    return fresh(demo, order)


def draft_one(demo: RunningDemo) -> Any:
    sku = demo.get("/products", stocked="true")["items"][0]["sku"]
    customer = demo.get("/parties", role="customer")["items"][0]["id"]
    line = {"sku": sku, "quantity": "2"}
    return demo.post("/orders", {"customer_id": customer, "currency": "EUR", "lines": [line]})


def see_it_through(demo: RunningDemo, order: Any) -> None:
    """Each step comes back by itself. How soon is a figure of the benchmarks, not of a busy CI."""
    sku = order["lines"][0]["sku"]
    stock = on_hand(demo, sku)
    step(demo, "ship", order["number"])
    until(lambda: fresh(demo, order)["states"]["fulfilment"] == "full")
    until(lambda: on_hand(demo, sku) == stock - 2)
    step(demo, "invoice", order["number"])
    until(lambda: fresh(demo, order)["states"]["billing"] == "full")
    assert "paid" not in invoice_states(demo, order)
    step(demo, "pay", order["number"])
    until(lambda: "paid" in invoice_states(demo, order))


def step(demo: RunningDemo, name: str, order: str) -> None:
    said = demo.call(name, order)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.count("\n") == 1


def refused(demo: RunningDemo, name: str, order: str) -> str:
    said = demo.call(name, order)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.count("\n") == 1
    return said.stderr.removeprefix("tandem: ").strip()


def fresh(demo: RunningDemo, order: Any) -> Any:
    return demo.get(f"/orders/{order['id']}")


def on_hand(demo: RunningDemo, sku: str) -> Decimal:
    (level,) = demo.get("/stock-levels", sku=sku)["items"]
    return Decimal(level["on_hand"])


def invoice_states(demo: RunningDemo, order: Any) -> set[str]:
    found = demo.get("/invoices", customer_id=order["customer_id"])["items"]
    return {one["state"] for one in found if one["order_id"] == order["id"]}


def kept(demo: RunningDemo) -> Any:
    """What a second start may not change."""
    orders = demo.get("/orders")["items"]
    return demo.credentials, sorted(order["id"] for order in orders)


def sales(demo: RunningDemo, reference: str) -> list[Any]:
    rpc = TrytonDemo(demo.folder / ".demo/erp").rpc()
    domain: list[object] = [["reference", "=", reference]]
    return list(search(rpc, "sale.sale", domain, names=["state", "untaxed_amount"]))
