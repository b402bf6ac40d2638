"""The pages of analytics in a browser, with a chart and the table beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from core.clock import utcnow
from tests.modules.analytics.trade import Trade

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

SignIn = Callable[[Page], None]
MakeProduct = Callable[..., UUID]


@pytest.fixture
def busy_trade(trade: Trade, make_product: MakeProduct) -> Trade:
    today, product, customers = utcnow().date(), make_product("A"), trade.customers(6)
    trade.write(
        [
            trade.bill(customer, today - timedelta(days=30 * back + place), (product, str(net)))
            for place, customer in enumerate(customers)
            for back in range(place, 12)
            for net in (100 * (place + 1) + back,)
        ]
    )
    trade.refresh(customers)
    trade.score(today)
    return trade


def test_nothing_keeps_anybody_out(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    live: str,
    screen: Any,
    busy_trade: Trade,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(screen)
    sign_in(page)
    assert busy_trade.facts()
    for path in ("analytics/", "analytics/company", "analytics/cohorts", "analytics/settings", ""):
        page.goto(f"{live}/{path}")
        if path in ("", "analytics/company"):
            expect(page.locator("[data-drawn] svg")).to_be_visible()
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"
