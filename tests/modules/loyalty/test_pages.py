"""The story of loyalty as people click it, at both widths: set up, earned, redeemed, come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from core.clock import utcnow
from core.dispatch import Dispatcher
from core.host import Host
from modules.sales.models import Order
from modules.sales.services.orders import draft_order
from modules.sales.services.wishes import LineWish, OrderWish
from tests.modules.loyalty.shop import Shop

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

MakeProduct = Callable[..., UUID]


@dataclass
class Desk:
    """A signed-in browser. ``looks_right`` where a page or a state of it is new."""

    page: Page
    live: str
    axe: Callable[[Page], list[str]]

    def open(self, path: str) -> None:
        self.page.goto(f"{self.live}{path}")

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def fill(self, **typed: str) -> None:
        for name, text in typed.items():
            self.page.locator(f"#field-{name}").fill(text)
        self.click("Save")

    def looks_right(self) -> None:
        """Nothing keeps anybody out, and nothing scrolls sideways."""
        assert self.axe(self.page) == [], self.page.url
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, self.page.url


@pytest.fixture
def desk(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page], None],
    live: str,
    screen: Any,
    axe: Callable[[Page], list[str]],
) -> Desk:
    page = open_page(screen)
    sign_in(page)
    return Desk(page, live, axe)


@pytest.fixture
def new_shop(host: Host, company: UUID, customer: UUID, make_product: MakeProduct) -> Shop:
    """Without a programme, twenty days ago."""
    make_product("BELL", "100")
    return Shop(host, company, customer, today=utcnow().date() - timedelta(days=20))


def test_points_from_the_programme_to_a_voucher_that_comes_back(desk: Desk, new_shop: Shop) -> None:
    set_up_a_programme(desk)
    new_shop.paid("640")
    new_shop.later(days=20)
    new_shop.passed()
    new_shop.paid("99.50")
    code = redeem_on_the_customers_page(desk, new_shop.customer)
    use_on_an_order_and_cancel_it(desk, drafted(new_shop), code)
    dispatcher = Dispatcher(new_shop.host)
    while dispatcher.step():
        pass
    desk.open("/loyalty/vouchers/")
    expect(desk.page.get_by_role("row", name=code)).to_contain_text("Good")
    desk.looks_right()
    for path in ("", "liability", f"members/{new_shop.member.id}/ledger"):
        desk.open(f"/loyalty/{path}")
        desk.looks_right()


def set_up_a_programme(desk: Desk) -> None:
    desk.open("/loyalty/programme")
    desk.looks_right()
    desk.click("Set up a programme")
    desk.page.locator("#tiers").get_by_role("link", name="Add").click()
    desk.looks_right()
    desk.fill(name="Silver", threshold="100", benefits="Free delivery.")
    desk.page.locator("#rewards").get_by_role("link", name="Add").click()
    desk.fill(name="Ten off", points="250", value="10", valid_days="90")
    expect(desk.page.locator("#rewards")).to_contain_text("Ten off")
    desk.looks_right()


def redeem_on_the_customers_page(desk: Desk, customer: UUID) -> str:
    """The voucher's code."""
    desk.open(f"/contacts/{customer}")
    expect(desk.page.get_by_text("Silver", exact=True)).to_be_visible()
    desk.page.get_by_role("link", name="Redeem points").click()
    desk.looks_right()
    desk.click("Redeem Ten off")
    desk.looks_right()
    return desk.page.get_by_role("heading", level=1).inner_text()


def use_on_an_order_and_cancel_it(desk: Desk, order: UUID, code: str) -> None:
    desk.open(f"/orders/{order}")
    desk.click(f"Use Ten off ({code})")
    expect(desk.page.locator(".totals")).to_contain_text("€90.00")
    expect(desk.page.get_by_role("link", name=code)).to_be_visible()
    desk.looks_right()
    desk.page.locator(".record-actions summary").click()
    desk.click("Cancel the order")
    expect(desk.page.get_by_text("is cancelled")).to_be_visible()


def drafted(shop: Shop) -> UUID:
    lines = (LineWish(sku="BELL", quantity=Decimal(1)),)
    wish = OrderWish(customer_id=shop.customer, currency="EUR", lines=lines)
    made: list[Order] = []
    shop.do(lambda work: made.append(draft_order(work, wish)[0]))
    return made[0].id
