"""The sync's pages in real Chromium: every width and scheme, by themselves and by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.sync.errors import Rejected, Unsent
from core.sync.models import InboxState
from core.sync.pull.inbox import DELETED
from tests.core.sync.pages.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

Axe = Callable[[Page], list[str]]
SignIn = Callable[[Page], None]


def test_no_page_keeps_anybody_out(
    office: Office,
    screen: Any,
    open_page: Callable[..., Page],
    live: str,
    sign_in: SignIn,
    axe: Axe,
) -> None:
    page = open_page(screen)
    sign_in(page)
    page.goto(f"{live}/sync/")
    assert axe(page) == [], "without a connection"
    key = office.connect()
    office.stop(key, 2, Rejected("unknown product W999", field="lines"))
    office.arrive(key, InboxState.WAITING, "Invoice 42 has not come yet.")
    deleted = office.arrive(key, InboxState.STOPPED, str(DELETED), number="INV-10")
    office.fail(Unsent("127.0.0.1:8069 did not answer: connection refused"))
    office.orders(3)
    office.push(key)
    office.add("Old ERP")
    names = ("", "waiting", "running", "stopped", "feeds", f"in/{deleted}/close")
    lists = [f"/sync/{name}" for name in names]
    own = ["", "new", "new/tryton", str(key), f"{key}/edit"]
    for path in [*lists, *(f"/connections/{name}" for name in own), "/"]:
        page.goto(f"{live}{path}")
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"
    page.goto(f"{live}/connections/new/tryton")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("alert")).to_contain_text("does not work yet")
    assert axe(page) == [], "a test that failed"


def test_the_page_renews_itself(office: Office, page: Page, live: str, sign_in: SignIn) -> None:
    key = office.connect()
    sign_in(page)
    page.goto(f"{live}/sync/")
    expect(page.get_by_text("Everything is in step.")).to_be_visible()
    page.evaluate("window.stayed = true")
    office.stop(key, 2, Rejected("unknown product W999"))
    expect(page.get_by_text("2 records need a person")).to_be_visible()
    expect(page.get_by_role("link", name="Stopped 2")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_a_list_renews_itself_with_the_filter_chosen_since(
    office: Office, page: Page, live: str, sign_in: SignIn
) -> None:
    key = office.connect()
    office.stop(key, 1, Rejected("unknown product W999"))
    sign_in(page)
    page.goto(f"{live}/sync/stopped")
    page.locator("summary", has_text="Direction").click()
    page.get_by_role("link", name="From the ERP").click()
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("heading", level=1).click()
    office.arrive(key, InboxState.STOPPED, "The invoice has no currency.")
    expect(page.locator(".sheet tbody th")).to_have_text(["INV-9"])


def test_whoever_goes_by_keys_stays_where_they_are(
    office: Office, page: Page, live: str, sign_in: SignIn
) -> None:
    key = office.connect()
    sign_in(page)
    page.goto(f"{live}/sync/")
    page.get_by_role("link", name="0 stopped").focus()
    office.stop(key, 1, Rejected("unknown product W999"))
    expect(page.get_by_role("link", name="1 stopped")).to_be_focused()


def test_one_reason_is_seen_and_retried(
    office: Office, page: Page, live: str, sign_in: SignIn
) -> None:
    key = office.connect()
    office.stop(key, 3, Rejected("over the credit limit"))
    sign_in(page)
    page.goto(f"{live}/sync/")
    page.get_by_role("link", name="3 stopped").click()
    page.get_by_role("button", name="Retry", exact=False).last.click()
    expect(page.get_by_text("It is being tried again.")).to_be_visible()
    page.get_by_role("button", name="Retry all").click()
    expect(page.get_by_text("2 records are tried again.")).to_be_visible()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_nothing_typed_is_lost_by_a_test(
    office: Office, page: Page, live: str, sign_in: SignIn
) -> None:
    object.__setattr__(office.erp, "password", "correct horse")
    sign_in(page)
    page.goto(f"{live}/connections/new/fake")
    page.get_by_label("Name", exact=True).fill("Our ERP")
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#wrong-password")).to_contain_text("the password is wrong")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Our ERP")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("status").filter(has_text="Fake company 1")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_value("correct horse")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our ERP")
    expect(page.get_by_text("Live").first).to_be_visible()
