"""From the public's form to a won deal, as people do it: at both widths, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from core.actor import system
from core.host import Host
from modules.contacts.rules import PointKind
from modules.contacts.services import add_contact_point, create_party
from modules.sales.models import LeadForm
from modules.sales.services.board import SHOWN
from modules.sales.services.lead_forms import add_form
from modules.sales.services.opportunities import open_opportunity
from modules.sales.services.pipelines import add_reason, first_pipeline, stages_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

SignIn = Callable[[Page], None]
Axe = Callable[[Page], list[str]]
#: Design's budget of a board with 4 columns of 40 cards.
MOST_NODES = 3_500


@pytest.fixture
def form(host: Host, company: UUID) -> LeadForm:
    """A form, somebody who is alike who will answer it, and a reason to lose."""
    with host.write(system(company=company)) as work:
        known = create_party(work, {"name": "Harbor Cycles"}).id
        add_contact_point(work, known, {"kind": PointKind.PHONE, "value": "020 79460991"})
        create_party(work, {"name": "Harbour Bakery"})
        first_pipeline(work, company)
        add_reason(work, "Price")
        fields = {"title": "Write to us", "consent_text": "You may write to me.", "active": True}
        return add_form(work, fields)  # type: ignore[arg-type]  # a mapping of FormFields


def looked_at(page: Page, axe: Axe) -> None:
    assert axe(page) == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, f"{page.url} scrolls sideways"


def answer(page: Page, address: str, axe: Axe) -> None:
    """Somebody of the public, first without a way to be reached."""
    page.goto(f"{address}?utm_source=news")
    page.get_by_label("Name").fill("Anna Berg")
    page.get_by_label("Organisation").fill("Harbour Cycles Ltd")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Give an e-mail address or a phone number")).to_be_visible()
    looked_at(page, axe)
    page.get_by_label("Phone").fill("+44 20 7946 0991")
    page.get_by_label("You may write to me.").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("We have got it")


def convert(page: Page, live: str, axe: Axe) -> None:
    page.goto(f"{live}/leads/")
    looked_at(page, axe)
    page.get_by_role("link", name="Anna Berg").click()
    expect(page.get_by_text("same phone number 020 79460991")).to_contain_text("name alike by")
    looked_at(page, axe)
    page.get_by_role("button", name="Start work").click()
    page.get_by_role("button", name="Qualify").click()
    page.get_by_role("link", name="Convert").click()
    looked_at(page, axe)
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_text("one of these parties, or a new one")).to_be_visible()
    page.get_by_role("radio", name="Harbor Cycles").check()
    page.get_by_label("What it is about").fill("20 lamps")
    page.get_by_label("Expected amount").fill("480.50")
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", name="20 lamps", level=1)).to_be_visible()
    looked_at(page, axe)


def test_a_form_becomes_a_won_deal(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    live: str,
    screen: object,
    form: LeadForm,
    axe: Axe,
) -> None:
    page = open_page(screen)
    answer(page, f"{live}/forms/{form.key}", axe)
    sign_in(page)
    convert(page, live, axe)
    page.goto(f"{live}/opportunities/board")
    looked_at(page, axe)
    if page.viewport_size and page.viewport_size["width"] > 700:  # a phone shows one column
        page.locator("[data-card]").drag_to(page.locator("[data-column]").nth(1), steps=8)
        stands_in(page, 1)
    page.get_by_role("link", name="Move 20 lamps to stage").press("Enter")
    page.get_by_label("Stage", exact=True).select_option("Negotiation")
    looked_at(page, axe)
    page.get_by_role("button", name="Move", exact=True).press("Enter")
    stands_in(page, 3)
    page.get_by_role("link", name="20 lamps", exact=True).click()
    expect(page.get_by_text("Negotiation · 80 %")).to_be_visible()
    lose_and_win(page, axe)


def stands_in(page: Page, place: int) -> None:
    """The card, and the total of its column, which the server has counted."""
    expect(page.locator("[data-column]").nth(place).locator("[data-card]")).to_have_count(1)
    expect(page.locator(".board-head").nth(place)).to_contain_text("480.50")
    expect(page.locator("#board-said")).to_have_text("OP-2026-00001 moved.")


def lose_and_win(page: Page, axe: Axe) -> None:
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Lost").click()
    page.get_by_label("Reason").select_option("Price")
    page.get_by_label("Competitor").fill("Lamps R Us")
    looked_at(page, axe)
    page.get_by_role("button", name="Lost").click()
    expect(page.get_by_text("Lamps R Us")).to_be_visible()
    looked_at(page, axe)
    page.get_by_role("link", name="Reopen").click()
    page.get_by_label("Why it is opened again").fill("They asked again")
    page.get_by_role("button", name="Reopen").click()
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Won without a quotation").click()
    page.get_by_role("button", name="Won").click()
    expect(page.get_by_text("Won", exact=True).first).to_be_visible()


@pytest.fixture
def kept(host: Host, company: UUID) -> UUID:
    """A party that is here twice."""
    with host.write(system(company=company)) as work:
        create_party(work, {"name": "Muller GmbH", "number": "C-9", "tax_id": "DE1"})
        return create_party(work, {"name": "Müller GmbH"}).id


def test_two_parties_are_compared_merged_and_taken_apart(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    live: str,
    screen: object,
    kept: UUID,
    axe: Axe,
) -> None:
    page = open_page(screen)
    sign_in(page)
    page.goto(f"{live}/contacts/{kept}")
    looked_at(page, axe)
    page.get_by_role("link", name="Compare").click()
    looked_at(page, axe)
    page.get_by_role("radio", name="Muller GmbH").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="Muller GmbH", level=1)).to_be_visible()
    looked_at(page, axe)
    page.get_by_role("link", name="Muller GmbH", exact=True).last.click()
    expect(page.get_by_text("This party is part of another one.")).to_be_visible()
    looked_at(page, axe)
    page.go_back()
    page.get_by_role("button", name="Take apart").click()
    expect(page.get_by_text("Two again, as before.")).to_be_visible()
    page.goto(f"{live}/contacts/duplicates/")
    looked_at(page, axe)


def test_a_full_board_is_bounded_and_within_its_budget(
    page: Page, sign_in: SignIn, live: str, host: Host, company: UUID, axe: Axe
) -> None:
    with host.write(system(company=company)) as work:
        party = create_party(work, {"name": "Harbour Cycles"}).id
        for stage in stages_of(work, first_pipeline(work, company).id):
            for number in range(SHOWN + 1):
                fields = {"name": f"{stage.name} {number}"}
                open_opportunity(work, party, fields, stage_id=stage.id)  # type: ignore[arg-type]  # a mapping of OpportunityFields
    sign_in(page)
    page.goto(f"{live}/opportunities/board")
    expect(page.locator("[data-card]")).to_have_count(4 * SHOWN)
    expect(page.get_by_role("link", name="1 more")).to_have_count(4)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    assert nodes <= MOST_NODES
    looked_at(page, axe)


def test_pages_of_managers_keep_nobody_out(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    live: str,
    screen: object,
    form: LeadForm,
    axe: Axe,
) -> None:
    page = open_page(screen)
    sign_in(page)
    for path in (
        "leads/forms/",
        "leads/imports/",
        "opportunities/forecast",
        "opportunities/pipelines/",
        "opportunities/",
        f"forms/{form.key}",
        "contacts/activities/",
    ):
        page.goto(f"{live}/{path}")
        looked_at(page, axe)
