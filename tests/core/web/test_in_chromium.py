"""The pages in real Chromium, at both widths, light and dark, and by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core.web.light import Light, Tone, hang_light

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("packed"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

Axe = Callable[[Page], list[str]]
FIRST = "/parcels/?sort=name"


@pytest.fixture
def open_page(
    open_page: Callable[..., Page], admin_cookie: tuple[str, str], live: str
) -> Callable[..., Page]:
    """As somebody who is signed in."""

    def opened(*screen: Any) -> Page:
        page = open_page(*screen)
        name, value = admin_cookie
        page.context.add_cookies([{"name": name, "value": value, "url": live}])
        return page

    return opened


def to_record(page: Page, live: str) -> None:
    page.goto(f"{live}{FIRST}")
    page.get_by_role("link", name="Parcel 0001").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Parcel 0001")


def to_refused_form(page: Page, live: str) -> None:
    to_record(page, live)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("To", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Fill this in.")


def to_stale_form(page: Page, live: str) -> None:
    to_record(page, live)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Mine")
    mine = page.url
    other = page.context.new_page()
    other.goto(mine)
    other.get_by_label("Name").fill("Theirs")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Theirs")
    other.close()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved by somebody else:")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Mine")


def to(path: str) -> Callable[[Page, str], None]:
    def visit(page: Page, live: str) -> None:
        page.goto(f"{live}{path}")

    return visit


PAGES = {
    "list": to(f"{FIRST}&state=sent"),
    "list-empty": to("/parcels/?q=nobody"),
    "list-refused": to("/parcels/?sort=colour"),
    "record": to_record,
    "form": to("/parcels/new"),
    "form-refused": to_refused_form,
    "form-stale": to_stale_form,
    "error": to("/parcels/trouble/rule"),
    "modules": to("/modules/"),
    "module-off": to("/modules/parcels/disable"),
    "home": to("/"),
    "search": to("/search?q=parcel"),
}


def test_no_page_keeps_anybody_out(
    any_screen: Any, open_page: Callable[..., Page], live: str, axe: Axe
) -> None:
    page = open_page(any_screen)
    for name, visit in PAGES.items():
        visit(page, live)
        assert axe(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{name} scrolls sideways"


def test_more_keeps_the_place_and_counts_on(page: Page, live: str) -> None:
    page.goto(f"{live}{FIRST}")
    more = page.get_by_role("link", name="More")
    more.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    more.click()
    expect(page.locator(".sheet tbody th")).to_have_count(160)
    expect(page.locator("#shown")).to_have_text("1–160")
    assert page.evaluate("scrollY") == before
    more.click()
    expect(page.locator(".sheet tbody th")).to_have_count(200)
    expect(more).to_have_count(0)


def test_search_answers_while_one_types(page: Page, live: str) -> None:
    page.goto(f"{live}/parcels/", wait_until="networkidle")  # its script listens by then
    page.get_by_role("searchbox", name="Find a parcel").press_sequentially("0042")
    expect(page.locator(".sheet tbody th")).to_have_count(1)
    expect(page.get_by_role("searchbox", name="Find a parcel")).to_be_focused()
    expect(page).to_have_url(f"{live}/parcels/?q=0042")
    page.get_by_role("link", name="Remove the filter Search").click()
    expect(page.locator(".sheet tbody th")).to_have_count(80)


def test_a_head_sorts_and_a_facet_filters(page: Page, live: str) -> None:
    page.goto(f"{live}/parcels/")
    page.get_by_role("link", name="Worth").click()
    expect(page.get_by_role("columnheader", name="Worth")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.locator("summary", has_text="State").click()
    page.get_by_role("link", name="Lost").click()
    expect(page.get_by_text("/ 67")).to_be_visible()
    expect(page).to_have_url(f"{live}/parcels/?sort=worth&state=lost")


def test_a_day_by_keys(page: Page, live: str) -> None:
    page.goto(f"{live}/")
    page.keyboard.press("g")
    page.keyboard.press("1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Parcels")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Parcel 0002")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Parcel 0002")
    page.keyboard.press("e")
    expect(page.get_by_label("Name")).to_have_value("Parcel 0002")
    page.goto(f"{live}/parcels/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search everything")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text("New parcel")


def test_the_theme_turns_at_once_and_stays(page: Page, live: str) -> None:
    page.goto(f"{live}/")
    page.locator("summary[aria-label='Your account and settings']").click()
    page.get_by_role("button", name="Dark").click()
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(17, 19, 21)"
    page.reload()
    assert page.evaluate(ground) == "rgb(17, 19, 21)"
    page.get_by_role("button", name="Fold the menu").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-rail", "narrow")


def test_an_error_of_a_part_is_told_and_replaces_nothing(page: Page, live: str) -> None:
    page.goto(f"{live}/parcels/")
    page.route("**/parcels/?q=*", lambda route: route.continue_(url=f"{live}/parcels/trouble/rule"))
    page.get_by_role("searchbox", name="Find a parcel").fill("x")
    expect(page.get_by_text("A lost parcel can not be sent.")).to_be_visible()
    expect(page.locator(".sheet tbody th")).to_have_count(80)


def test_the_light_changes_by_itself(app: Flask, page: Page, live: str) -> None:
    tones = [Tone.GREEN, Tone.AMBER]
    hang_light(
        app,
        lambda _work: Light(tone=tones[0], words=f"Now {tones[0]}", endpoint="pages.home"),
    )
    page.clock.install()
    page.goto(f"{live}/")
    expect(page.locator(".light")).to_have_text("Now green")
    tones.pop(0)
    page.clock.run_for(20_000)
    expect(page.locator(".light")).to_have_text("Now amber")


def test_a_list_is_light(page: Page, live: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{live}/parcels/")
    page.wait_for_load_state("networkidle")
    assert len(requests) <= 12
    assert page.evaluate("document.querySelectorAll('*').length") <= 2500


def test_without_script_everything_is_reached(
    browser: Any, admin_cookie: tuple[str, str], live: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    name, value = admin_cookie
    context.add_cookies([{"name": name, "value": value, "url": live}])
    page = context.new_page()
    page.goto(f"{live}/parcels/")
    page.get_by_role("searchbox", name="Find a parcel").fill("01")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live}/parcels/?q=01")
    page.get_by_role("link", name="More").click()
    expect(page.locator(".sheet tbody th").first).to_have_text("Parcel 0169")
    page.locator("summary[aria-label='Your account and settings']").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    context.close()
