from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from core.actor import system
from core.clock import utcnow
from core.host import Host
from modules.sales.models import Order
from modules.sales.rules import OrderState

MakeProduct = Callable[..., UUID]


@pytest.fixture
def products(make_product: MakeProduct) -> None:
    make_product("W001", "11.00", name="Bell")
    make_product("W002", "24.50", name="Lamp")


def draft(client: FlaskClient, body: dict[str, Any]) -> Any:
    return client.post("/api/v1/orders", json=body).json


def rows(**columns: list[str]) -> dict[str, Any]:
    return {"sku": [], "quantity": [], "unit_price": [], **columns}


@pytest.mark.usefixtures("products")
def test_what_was_typed_stays_and_each_mistake_stands_beside_its_field(
    browser_client: FlaskClient, customer: UUID
) -> None:
    typed = rows(sku=["W001", "NOPE"], quantity=["two", "1"], unit_price=["", ""])
    answer = browser_client.post(f"/orders/new?customer_id={customer}", data=typed)
    assert answer.status_code == 422
    assert 'value="two"' in answer.text
    assert 'id="wrong-0-quantity"' in answer.text
    typed["quantity"][0] = "2"
    answer = browser_client.post(f"/orders/new?customer_id={customer}", data=typed)
    assert 'id="wrong-1-sku"' in answer.text
    empty: Any = browser_client.get("/api/v1/orders").json
    assert empty["items"] == []


@pytest.mark.usefixtures("products")
def test_more_lines_keep_what_was_typed(browser_client: FlaskClient, customer: UUID) -> None:
    typed = rows(sku=["W001"], quantity=["2"], unit_price=[""]) | {"more": "1"}
    answer = browser_client.post(f"/orders/new?customer_id={customer}", data=typed)
    assert answer.status_code == 200
    assert 'value="W001"' in answer.text


@pytest.mark.usefixtures("products")
def test_a_stale_draft_is_shown_and_nothing_is_lost(
    browser_client: FlaskClient, customer: UUID
) -> None:
    line = {"sku": "W001", "quantity": "2"}
    body = {"customer_id": str(customer), "currency": "EUR", "lines": [line]}
    order = draft(browser_client, body)
    path = f"/orders/{order['id']}/edit"
    ours = rows(sku=["W002"], quantity=["5"], unit_price=[""]) | {"version": str(order["version"])}
    change = {**body, "version": order["version"]}
    saved: Any = browser_client.put(f"/api/v1/orders/{order['id']}", json=change)
    assert saved.status_code == 200
    stale = browser_client.post(path, data=ours)
    assert stale.status_code == 409
    assert 'value="W002"' in stale.text
    again = ours | {"version": str(saved.json["version"])}
    assert browser_client.post(path, data=again).status_code == 303


@pytest.mark.usefixtures("products")
def test_pages_cost_the_same_with_many_rows(
    browser_client: FlaskClient, customer: UUID, count_queries: Any
) -> None:
    line = {"sku": "W001", "quantity": "2"}
    body = {"customer_id": str(customer), "currency": "EUR", "lines": [line]}

    def cost(path: str) -> int:
        with count_queries() as queries:
            assert browser_client.get(path).status_code == 200
        return len(queries)

    order = draft(browser_client, body)
    paths = ("/orders/", f"/orders/{order['id']}", f"/contacts/{customer}")
    few = [cost(path) for path in paths]
    for _ in range(9):
        browser_client.post(
            "/api/v1/orders", json={**body, "lines": [line, {**line, "sku": "W002"}]}
        )
    assert [cost(path) for path in paths] == few


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("products")
def test_an_order_by_hand_from_customer_to_confirmation(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page], None],
    axe: Callable[[Page], list[str]],
    screen: Any,
    customer: UUID,
    live: str,
) -> None:
    page = open_page(screen)
    sign_in(page)
    page.goto(live + "/orders/")
    assert axe(page) == []
    page.goto(live + "/orders/new")
    page.get_by_role("link", name="Harbour Cycles").click()
    page.get_by_label("Product, line 1").fill("W001")
    page.get_by_label("Quantity, line 1").fill("3")
    assert axe(page) == []
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("SO-")
    assert axe(page) == []
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".order-state")).to_contain_text("There is no connection")
    assert axe(page) == []
    page.goto(live + "/orders/")
    expect(page.locator("main")).to_contain_text("Harbour Cycles")
    assert axe(page) == []
    page.goto(f"{live}/contacts/{customer}")
    expect(page.locator("main")).to_contain_text("SO-")
    assert axe(page) == []


def test_an_order_born_in_the_erp_is_marked_as_such(
    browser_client: FlaskClient, host: Host, company: UUID, customer: UUID
) -> None:
    with host.write(system()) as work:
        work.session.add(
            Order(
                company_id=company,
                number="17",
                customer_id=customer,
                currency="EUR",
                ordered_on=utcnow().date(),
                state=OrderState.CONFIRMED,
                net=Decimal(10),
                tax=Decimal(2),
                source="Back office",
            )
        )
    for path in ("/orders/", "/", f"/contacts/{customer}"):
        assert "Born in Back office" in browser_client.get(path).text
