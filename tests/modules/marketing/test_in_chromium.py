"""The story of a campaign in a browser, with a real mail server: from the segment to the next."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from core.clock import utcnow
from modules.marketing.models import Send
from tests.conftest import CORNERS, SCREENS, OpenPage, Screen
from tests.core.mail.post_office import Office
from tests.modules.marketing.conftest import Market

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]
TEXT = "Dear {{ first_name | default('friend') }},\n\nsee https://shop.example.com/spring."
TWO_CORNERS = pytest.mark.parametrize("screen", CORNERS, ids=lambda one: one.name)
OTHER_CORNERS = pytest.mark.parametrize("screen", SCREENS[2:], ids=lambda one: one.name)


@dataclass
class Desk:
    """Somebody signed in at a screen, and what they see beside it."""

    page: Page
    live: str
    axe: Callable[[Page], list[str]]
    market: Market
    post: Office

    def go(self, address: str) -> None:
        self.page.goto(f"{self.live}/marketing/{address}")

    def save(self) -> None:
        self.page.get_by_role("button", name="Save", exact=True).click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, *, named: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=named)

    def look(self, name: str, page: Page | None = None) -> None:
        """Nothing keeps anybody out or scrolls sideways; SHOTS names a folder for pictures."""
        seen = page or self.page
        assert self.axe(seen) == [], name
        wide = seen.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{name} scrolls sideways"
        if folder := os.environ.get("SHOTS"):
            width = seen.evaluate("innerWidth")
            seen.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


@pytest.fixture
def page(open_page: OpenPage, screen: Screen, sign_in: Callable[[Page], None]) -> Page:
    found = open_page(screen)
    sign_in(found)
    return found


@pytest.fixture
def desk(
    page: Page, live: str, axe: Callable[[Page], list[str]], market: Market, post: Office
) -> Desk:
    return Desk(page, live, axe, market, post)


@TWO_CORNERS
def test_from_the_segment_to_the_one_click(desk: Desk, open_page: OpenPage, screen: Screen) -> None:
    for name in ("Ada L", "Ben M"):
        desk.market.person(name, agrees=name == "Ada L")
    make_the_segment(desk)
    write_the_campaign(desk)
    try_it_out(desk)
    send_it(desk)
    click_and_unsubscribe(desk, open_page(screen))
    desk.page.reload()
    desk.page.get_by_text("1 (100 %)").first.wait_for()
    following = desk.market.campaign("Again")
    desk.market.start(following)
    assert desk.market.run() == []
    desk.go(f"sends/?campaign_id={following}&reason=no_consent")
    desk.page.get_by_role("link", name="Ada L").wait_for()
    desk.look("sends")
    assert len(desk.post.mails) == 2


def make_the_segment(desk: Desk) -> None:
    desk.go("segments/new")
    desk.fill("Name", "Friends")
    desk.choose("Fact, group 1, row 1", named="Contacts: Kind")
    desk.choose("Comparison, group 1, row 1", named="is one of")
    desk.choose("Values, group 1, row 1", named="Person")
    desk.page.get_by_text("people now").wait_for()
    desk.look("segment-form")
    desk.save()
    desk.page.get_by_role("heading", name="Friends").wait_for()
    desk.page.get_by_role("link", name="Ben M").click()
    desk.page.get_by_role("heading", name="Why Ben M is in").wait_for()
    desk.look("segment")


def write_the_campaign(desk: Desk) -> None:
    desk.go("campaigns/new")
    desk.fill("Name", "Spring")
    desk.fill("Goal", "Visits of the shop")
    desk.choose("Purpose", named="News")
    desk.choose("To", named="Friends")
    desk.look("campaign-form")
    desk.save()
    desk.page.get_by_role("link", name="Not written yet").click()
    desk.fill("Subject", "Spring is here")
    desk.fill("Text", TEXT)
    desk.save()


def try_it_out(desk: Desk) -> None:
    desk.page.get_by_text("as Ada L reads it").wait_for()
    assert "Dear Ada," in desk.page.locator("pre.letter").inner_text()
    desk.fill("Send a test to", "me@example.com")
    desk.page.get_by_role("button", name="Send a test").click()
    desk.page.get_by_text("A test went to me@example.com.").wait_for()
    desk.look("preview")
    [(to, mail)] = desk.post.mails
    assert (to, str(mail["Subject"])) == (("me@example.com",), "[Test] Spring is here")


def send_it(desk: Desk) -> None:
    desk.page.get_by_role("link", name="Spring", exact=True).first.click()
    desk.page.get_by_role("button", name="Approve").click()
    desk.page.get_by_role("button", name="Start").click()
    desk.page.get_by_text("It is on its way").wait_for()
    assert desk.market.run() == []
    desk.page.reload()
    desk.page.get_by_text("No consent").wait_for()
    desk.look("campaign")
    assert [to for to, _mail in desk.post.mails[1:]] == [("ada@example.com",)]


def click_and_unsubscribe(desk: Desk, reader: Page) -> None:
    with desk.market.host.write(desk.market.actor) as work:
        ago = utcnow() - timedelta(hours=1)
        work.session.execute(update(Send).where(Send.sent_at.is_not(None)).values(sent_at=ago))
    mail = desk.post.mails[-1][1]
    [click] = re.findall(r"https://crm\.example\.com(/m/c/[^\s.]+)", letter(desk))
    address = re.sub(r".*crm\.example\.com|>", "", str(mail["List-Unsubscribe"]))
    person = {"User-Agent": "Mozilla/5.0 (X11) Gecko Firefox/130.0"}
    answer = reader.request.get(desk.live + click, headers=person, max_redirects=0)
    assert answer.headers["location"].startswith("https://shop.example.com/spring?utm_source=")
    answer = reader.request.post(desk.live + address, form={"List-Unsubscribe": "One-Click"})
    assert answer.ok


def letter(desk: Desk) -> str:
    body = desk.post.mails[-1][1].get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


@OTHER_CORNERS
def test_a_journey_is_written_and_readers_choose(
    desk: Desk, open_page: OpenPage, screen: Screen
) -> None:
    ada = desk.market.person("Ada L")
    desk.market.segment()
    write_the_journey(desk)
    desk.page.get_by_role("button", name="Start").click()
    desk.page.get_by_text("It runs").wait_for()
    assert desk.market.run() == []
    for address, name in (
        (f"parties/{ada}/consents", "consents"),
        ("setup", "setup"),
        ("", "campaigns"),
        ("enrolments/", "enrolments"),
    ):
        desk.go(address)
        desk.look(name)
    reader = open_page(screen)
    for use, name in (("p", "preferences"), ("u", "unsubscribe")):
        [path] = re.findall(rf"https://crm\.example\.com(/m/{use}/\S+)", letter(desk))
        reader.goto(desk.live + path)
        desk.look(name, reader)
    reader.get_by_role("button", name="Unsubscribe from “News”").click()
    reader.get_by_role("heading", name="You are unsubscribed").wait_for()
    desk.look("unsubscribed", reader)


def write_the_journey(desk: Desk) -> None:
    desk.go("journeys/new")
    desk.fill("Name", "Welcome")
    desk.choose("Who enters", named="Everybody")
    desk.choose("Purpose of its messages", named="News")
    desk.save()
    desk.page.get_by_role("link", name="Wait", exact=True).click()
    desk.fill("Hours to wait", "48")
    desk.save()
    desk.page.get_by_role("link", name="Message", exact=True).click()
    desk.fill("Subject", "Welcome aboard")
    desk.fill("Text", "Dear {{ name }}")
    desk.save()
    desk.page.get_by_role("button", name="Up").focus()
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**#step-*")
    assert "Welcome aboard" in desk.page.locator(".journey-title").first.inner_text()
    desk.look("journey")
