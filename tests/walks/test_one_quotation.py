"""One quotation's whole life: offered by mail, signed on its page, kept by a real Tryton."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.clock import utcnow
from core.config import Settings
from tests.core.mail.post_office import Office, office
from tests.fixtures_tryton import RunningTryton
from tests.walks.conftest import Tandem

pytestmark = [
    pytest.mark.tryton,
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]
TO = "purchasing@customers.example"


@pytest.fixture
def post() -> Iterator[Office]:
    with office() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, post: Office) -> Settings:
    """Tandem's mail goes to the post office, and links lead to Tandem."""
    here = f"http://{settings.host}:{settings.port}"
    return replace(settings, smtp_url=post.url, public_url=here)


def offered(tandem: Tandem) -> Any:
    """A quotation of two lines with a promised day, sent by mail."""
    customer = tandem.get("/parties?source=Tryton&sort=name&limit=1")["items"][0]
    bell, lamp = tandem.get("/products?active=true&stocked=true&limit=2")["items"]
    lines = [
        {"sku": bell["sku"], "quantity": "3", "discount": {"kind": "percent", "value": "7.5"}},
        {"sku": lamp["sku"], "quantity": "2"},
    ]
    body = {
        "customer_id": customer["id"],
        "currency": "EUR",
        "lines": lines,
        "promised_on": (utcnow().date() + timedelta(days=2)).isoformat(),
    }
    draft = tandem.post("/quotations", body)
    assert [line["price_source"] for line in draft["lines"]] == ["Tryton", "Tryton"]
    assert all(Decimal(line["available"]) > 0 for line in draft["lines"])
    sending = {"version": draft["version"], "to": TO, "message": "As we said."}
    return tandem.post(f"/quotations/{draft['id']}/send", sending)


def test_a_quotation_is_mailed_signed_ordered_and_kept(
    tandem: Tandem, fresh_tryton: RunningTryton, post: Office, page: Page
) -> None:
    quotation = offered(tandem)
    [(recipients, mail)] = tandem.wait(lambda: post.mails)
    assert recipients == (TO,)
    [paper] = mail.iter_attachments()
    assert paper.get_content().startswith(b"%PDF-1.7")
    words = mail.get_body()
    assert words is not None
    [address] = re.findall(r"http://\S+/offers/\S+", words.get_content())
    page.goto(address)
    page.locator("#accept-name").fill("Ada Lovelace")
    page.get_by_role("button", name="Accept and order").click()
    expect(page.get_by_text("Your order is SO-")).to_be_visible()
    ordered = tandem.get(f"/quotations/{quotation['id']}")
    assert (ordered["state"], ordered["answer"]["name"]) == ("ordered", "Ada Lovelace")
    order = tandem.order_is(ordered["order_id"], {"link": "confirmed"})
    (link,) = order["links"]
    (sale,) = fresh_tryton.rpc(
        "sale.sale",
        "search_read",
        [["reference", "=", link["reference"]]],
        0,
        None,
        None,
        ["untaxed_amount", "total_amount", "description"],
    )
    there = (sale["untaxed_amount"], sale["total_amount"])
    assert there == (Decimal(quotation["net"]), Decimal(quotation["total"]))
    assert sale["description"] == f"{quotation['number']}/1"
    fresh_tryton.demo.ship(link["reference"])
    fresh_tryton.demo.invoice(link["reference"])

    def kept() -> Any:
        rate = tandem.get(f"/promises/rate?customer_id={ordered['customer_id']}")
        return rate if rate["open"] == 0 else None

    rate = tandem.wait(kept)
    assert (rate["kept"], rate["decided"], rate["percent"]) == (4, 4, 100)
