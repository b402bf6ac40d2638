"""Cancelling and changing an order the ERP has, as people and programs do it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from connectors.fake.erp import Erp
from core.sync.documents import DocumentState, SalesOrder
from core.sync.models import Connection
from tests.core.sync.pages.office import Office

#: Pages need one database: that each answers on PostgreSQL too is test_every_page.py.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

Body = dict[str, Any]


@pytest.fixture
def key(office: Office) -> UUID:
    return office.connect()


@pytest.fixture
def order(office: Office, key: UUID) -> UUID:
    """Firm over there."""
    (made,) = office.orders(1)
    office.push(key)
    return made


@pytest.fixture
def page(open_page: Callable[..., Page], screen: Any, sign_in: Callable[[Page], None]) -> Page:
    """In every width and scheme."""
    opened = open_page(screen)
    sign_in(opened)
    return opened


def get(client: FlaskClient, order: UUID) -> Body:
    body: Body = client.get(f"/api/v1/orders/{order}").json or {}
    return body


def over_there(erp: Erp, client: FlaskClient, order: UUID) -> SalesOrder:
    reference = get(client, order)["links"][0]["reference"]
    (row,) = erp.store.referring(SalesOrder, [reference])
    return row.body


def test_an_order_the_erp_has_is_cancelled_by_asking_it(
    api_client: FlaskClient, office: Office, key: UUID, order: UUID, erp: Erp
) -> None:
    asked = api_client.post(f"/api/v1/orders/{order}/cancel")
    assert asked.status_code == 200, asked.json
    (request,) = get(api_client, order)["requests"]
    assert (request["verb"], request["state"], request["undoable"]) == ("cancel", "requested", True)
    assert get(api_client, order)["states"]["commercial"] == "confirmed", "until the ERP has"
    again = api_client.post(f"/api/v1/orders/{order}/cancel")
    assert again.status_code == 409
    office.push(key)
    now = get(api_client, order)
    assert (now["requests"][0]["state"], now["states"]["commercial"]) == ("done", "cancelled")
    assert over_there(erp, api_client, order).state is DocumentState.CANCELLED


def test_the_erps_no_is_shown_with_its_reason_and_the_order_stands(
    api_client: FlaskClient,
    browser_client: FlaskClient,
    office: Office,
    key: UUID,
    order: UUID,
    erp: Erp,
) -> None:
    api_client.post(f"/api/v1/orders/{order}/cancel")
    erp.ship(get(api_client, order)["links"][0]["reference"])
    office.push(key)
    now = get(api_client, order)
    assert now["requests"][0]["state"] == "refused"
    assert now["states"]["commercial"] == "confirmed"
    page = browser_client.get(f"/orders/{order}").text
    assert "Tryton did not cancel it: order SO00001 is shipped already" in page


def test_what_was_not_sent_yet_is_taken_back(
    browser_client: FlaskClient, office: Office, key: UUID, order: UUID, erp: Erp
) -> None:
    browser_client.post(f"/orders/{order}/cancel")
    request = get(browser_client, order)["requests"][0]["id"]
    assert "Take it back" in browser_client.get(f"/orders/{order}").text
    browser_client.post(f"/orders/{order}/requests/{request}/withdraw")
    office.push(key)
    assert get(browser_client, order)["requests"][0]["state"] == "withdrawn"
    assert over_there(erp, browser_client, order).state is DocumentState.CONFIRMED


def test_other_lines_are_asked_for_and_are_ours_once_the_erp_agreed(
    api_client: FlaskClient, office: Office, key: UUID, order: UUID, erp: Erp
) -> None:
    before = get(api_client, order)
    wish = {"lines": [{"sku": "LAMP-02", "quantity": "3"}], "version": before["version"]}
    asked = api_client.post(f"/api/v1/orders/{order}/change-requests", json=wish)
    assert asked.status_code == 202, asked.json
    assert get(api_client, order)["lines"] == before["lines"], "until the ERP agreed"
    office.push(key)
    now = get(api_client, order)
    assert now["requests"][0]["state"] == "done"
    assert [(line["sku"], line["quantity"]) for line in now["lines"]] == [("LAMP-02", "3")]
    there = over_there(erp, api_client, order)
    assert [line.quantity.amount for line in there.lines] == [Decimal(3)]
    assert str(there.net.amount.normalize()) == now["net"]
    stale = api_client.post(f"/api/v1/orders/{order}/change-requests", json=wish)
    assert stale.status_code == 409, "the version is an old one"


def test_an_erp_that_can_do_neither_says_so(
    api_client: FlaskClient, browser_client: FlaskClient, office: Office, key: UUID, order: UUID
) -> None:
    with office.host.write(office.actor) as work:
        work.session.get_one(Connection, key).abilities = {}
    refused = api_client.post(f"/api/v1/orders/{order}/cancel")
    assert refused.status_code == 409
    assert "Tryton can not cancel from here" in refused.text
    assert "Ask the ERP to cancel" not in browser_client.get(f"/orders/{order}").text


@pytest.mark.browser
def test_the_pages_of_a_request_keep_nobody_out(
    office: Office,
    key: UUID,
    order: UUID,
    page: Page,
    live: str,
    axe: Callable[[Page], list[str]],
) -> None:
    page.goto(f"{live}/orders/{order}/change-request")
    assert axe(page) == []
    page.get_by_label("Quantity, line 1").fill("5")
    page.get_by_role("button", name="Ask the ERP").click()
    expect(page.locator(".order-state")).to_contain_text("Tryton will be asked to change it.")
    assert axe(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"
    office.push(key)
    expect(page.locator(".order-state")).to_contain_text("Tryton changed it.")
    page.goto(f"{live}/connections/{key}/edit")
    expect(page.get_by_label("Difference allowed per line")).to_have_value("0.01")
    assert axe(page) == []
