"""The pages of statements in real Chromium, at every width and scheme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.money import Money
from core.sync.documents import Invoice
from tests.core.sync.reconcile.books import FIRST, INVOICE, Books

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


def spoil(books: Books) -> None:
    late = books.office.erp.store.get(Invoice, "I00007")
    assert late is not None
    books.unseen("I00099", replace(late.body, number="INV00099"))
    books.office.erp.store.delete(Invoice, "I00003")
    books.behind_our_back("I00004", net=Money(Decimal("4.02"), "EUR"))
    books.behind_our_back("I00006", issued_on=FIRST)
    books.behind_our_back("I00005", issued_on=FIRST.replace(day=7))


def test_no_page_keeps_anybody_out(
    books: Books,
    screen: Any,
    open_page: Callable[..., Page],
    live: str,
    sign_in: Callable[[Page], None],
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(screen)
    sign_in(page)
    page.goto(f"{live}/sync/statements")
    assert axe(page) == [], "nothing stated yet"
    spoil(books)
    key = books.state().statement.id
    page.goto(f"{live}/sync/statements/new")
    assert axe(page) == [], "a new one"
    page.get_by_role("button", name="Compare both sides").click()
    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    paths = ("", f"/{key}", f"/{key}?kind={INVOICE}", f"/differences?statement_id={key}")
    for path in paths:
        page.goto(f"{live}/sync/statements{path}")
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"


def test_a_difference_is_reached_and_read_again(
    books: Books, page: Page, live: str, sign_in: Callable[[Page], None]
) -> None:
    spoil(books)
    books.state(INVOICE)
    sign_in(page)
    page.goto(f"{live}/sync/statements")
    page.locator(".sheet tbody").get_by_role("link").first.click()
    page.get_by_role("link", name="5 differences").first.click()
    row = page.get_by_role("row").filter(has_text="INV00099")
    expect(row).to_contain_text("Missing here")
    row.get_by_role("button", name="Pull again").click()
    expect(page.get_by_text("1 record is read again.")).to_be_visible()
