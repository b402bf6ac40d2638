"""The pages of parties in a real browser: every width and scheme, keyboard, and axe."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

SignIn = Callable[[Page], None]


def test_nothing_keeps_anybody_out(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    live: str,
    screen: object,
    muller: UUID,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(screen)
    sign_in(page)
    for path in ("", "new", str(muller), f"{muller}/edit", f"{muller}/relations/new", "?q=zzz"):
        page.goto(f"{live}/contacts/{path}")
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"


@pytest.mark.usefixtures("muller")
def test_typing_narrows_the_list(page: Page, sign_in: SignIn, live: str) -> None:
    sign_in(page)
    page.goto(f"{live}/contacts/")
    page.get_by_role("searchbox", name="Name, number").fill("huong")
    expect(page.get_by_role("link", name="Nguyễn Thị Hương")).to_be_visible()
    expect(page.get_by_role("link", name="Müller Holding")).to_have_count(0)
    page.get_by_role("link", name="Nguyễn Thị Hương").click()
    expect(page.get_by_role("heading", name="Nguyễn Thị Hương", level=1)).to_be_visible()


def test_earlier_lines_come_below(page: Page, sign_in: SignIn, live: str, muller: UUID) -> None:
    sign_in(page)
    page.goto(f"{live}/contacts/{muller}")
    expect(page.get_by_text("Order SO-29 confirmed")).to_have_count(0)
    page.get_by_role("link", name="Earlier").click()
    expect(page.get_by_text("Order SO-29 confirmed")).to_be_visible()
    expect(page.get_by_text("Order SO-00 confirmed")).to_be_visible()
    expect(page.get_by_role("link", name="Earlier")).to_have_count(0)


def test_a_note_is_two_fields_and_a_key(
    page: Page, sign_in: SignIn, live: str, muller: UUID
) -> None:
    sign_in(page)
    page.goto(f"{live}/contacts/{muller}")
    page.get_by_label("What was said or agreed").fill("Prefers green lamps")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.get_by_text("Prefers green lamps")).to_be_visible()
