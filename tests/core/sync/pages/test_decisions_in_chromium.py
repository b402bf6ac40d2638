"""Conflicts and plans in real Chromium: every width and scheme, and by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.sync.documents import Party
from core.sync.inline import InlineContext
from core.sync.models import Plan, PlanPurpose
from core.sync.plans import propose
from core.sync.plans.compute import compute
from tests.core.sync.merge.shop import Shop
from tests.core.sync.pages.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

Axe = Callable[[Page], list[str]]
SignIn = Callable[[Page], None]


@pytest.fixture
def torn(office: Office) -> Shop:
    """A customer whose name and address both sides changed, and one the ERP deleted."""
    shop = Shop.opened(office.host, office.erp, office.company)
    home = shop.said.addresses[0]
    shop.edit(name="Acme Holding")
    shop.edit_address(street="Main 2")
    shop.edit_there(name="Acme AG", addresses=(replace(home, city="Bonn"),))
    shop.sync()
    office.erp.store.put("P-GONE", Party(company="1", name="Lost & Found Ltd", number="99"))
    shop.pull()
    shop.key, kept = shop.key_of("P-GONE"), shop.key
    office.erp.store.delete(Party, "P-GONE")
    shop.edit(name="Lost and Found Ltd")
    shop.sync()
    shop.key = kept
    return shop


def planned(shop: Shop) -> Plan:
    """Everything once more, where the ERP calls one of its customers otherwise."""
    row = shop.erp.store.all(Party)[0]
    shop.erp.store.put(row.id, replace(row.body, name="Renamed there"), reference=row.reference)
    with shop.host.write(shop.actor) as work:
        made = propose(work, shop.connection, PlanPurpose.BACKFILL)
    compute(InlineContext(shop.host, shop.actor), made.id)
    return made


def test_no_page_of_decisions_keeps_anybody_out(
    torn: Shop, screen: Any, open_page: Callable[..., Page], live: str, sign_in: SignIn, axe: Axe
) -> None:
    made = planned(torn)
    page = open_page(screen)
    sign_in(page)
    paths = ("conflicts", "plans", f"plans/{made.id}", f"plans/{made.id}/items", "plans/new")
    for path in (*(f"/sync/{name}" for name in paths), f"/contacts/{torn.key}"):
        page.goto(f"{live}{path}")
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"


def test_conflicts_are_settled_by_keys_alone(
    torn: Shop, page: Page, live: str, sign_in: SignIn
) -> None:
    sign_in(page)
    page.goto(f"{live}/sync/conflicts")
    expect(page.locator(".sheet tbody th")).to_have_count(3)
    name = page.get_by_role("checkbox", name="Choose Acme: Name")
    name.focus()
    page.keyboard.press("Space")
    expect(name).to_be_checked()
    page.locator("#keep-theirs").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 conflict is settled: theirs stands")).to_be_visible()
    expect(page.locator(".sheet tbody th")).to_have_count(2)
    page.get_by_role("button", name="Archive it here", exact=False).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sheet tbody th")).to_have_count(1)
    assert torn.held().name == "Acme AG"


def test_a_plan_is_approved_and_followed_to_its_end(
    torn: Shop, page: Page, live: str, sign_in: SignIn
) -> None:
    made = planned(torn)
    sign_in(page)
    page.goto(f"{live}/sync/plans")
    page.get_by_role("link", name="Everything once more").click()
    expect(page.get_by_text("Renamed there").first).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("It is being done.", exact=False)).to_be_visible()
    page.evaluate("window.stayed = true")
    with torn.host.write(torn.actor) as work:
        found = work.session.get_one(Plan, made.id)
        found.move(found.state.DONE)
    expect(page.locator(".chip", has_text="Done")).to_be_visible()
    assert page.evaluate("window.stayed"), "the page renewed itself"
