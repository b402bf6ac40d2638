"""The portal in a real browser, wide and as on the phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import OpenPage, Screen
from tests.modules.portal.town import PASSWORD, Town

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]
ADA = "ada@customer.example"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_customer_comes_in_and_asks(
    town: Town, live: str, open_page: OpenPage, axe: Callable[[Page], list[str]], width: int
) -> None:
    party = town.party("Harbour Cycles")
    town.purpose()
    keys = town.furnish(party, ADA)
    secret = town.invited(party, ADA)
    page = open_page(Screen(width, 844, "dark" if width < 1000 else "light"))
    page.goto(f"{live}/portal/invitation/{secret}")
    page.get_by_label("Password").fill(PASSWORD)
    assert axe(page) == []
    page.get_by_role("button", name="Open the portal").click()
    expect(page.get_by_role("heading", name="Hello Ada Lovelace")).to_be_visible()
    for name, key in keys.items():
        for address in (f"/portal/{name}/", f"/portal/{name}/{key}"):
            page.goto(live + address)
            assert axe(page) == [], address
            assert not scrolls(page), address
    for name in ("points", "consents"):
        page.goto(f"{live}/portal/{name}/")
        assert axe(page) == [], name
    page.goto(f"{live}/portal/tickets/")
    page.get_by_label("Your question").fill("A squeak")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Fill this in.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("A squeak")
    page.get_by_label("Tell us more").fill("At the front")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("link", name="A squeak")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def scrolls(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wide
