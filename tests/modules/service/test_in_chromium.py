"""Service in a real browser: a question by mail until it is rated, and pages for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from core.actor import Actor
from modules.service.models import Article, CannedReply, Queue
from modules.service.rules.states import Channel, Direction, Kind
from modules.service.services import knowledge, settings
from modules.service.services.threads import Entry, Reply, add_entry, add_note, reply
from modules.service.services.tickets import NewTicket, open_ticket
from tests.conftest import Screen
from tests.fixtures_imap import Account
from tests.modules.service.conftest import Desk, letter
from tests.modules.service.steps import promise

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

SignIn = Callable[[Page], None]


@pytest.fixture(params=[1440, 390])
def at_work(
    request: pytest.FixtureRequest, open_page: Callable[..., Page], sign_in: SignIn
) -> Page:
    """A colleague's page, wide and as on the phone."""
    page = open_page(Screen(request.param, 844))
    sign_in(page)
    return page


@pytest.mark.usefixtures("anna")
def test_a_question_by_mail_is_answered_resolved_and_rated(
    desk: Desk, inbox: Account, live: str, open_page: Callable[..., Page], at_work: Page
) -> None:
    page, width = at_work, at_work.viewport_size["width"] if at_work.viewport_size else 0
    inbox.deliver(letter("The bell is broken."))
    arrive(desk)
    page.goto(f"{live}/tickets/")
    page.get_by_role("link", name=re.compile("^TI-")).first.click()
    expect(page.get_by_role("heading", name="Bell", level=1)).to_be_visible()
    answer(page, "Which colour is it?", "Send")
    expect(page.get_by_text("The answer is on its way.")).to_be_visible()
    desk.work_off()
    asked = desk.sent[-1]["Message-ID"]
    inbox.deliver(letter("Green.", Subject="Re: Bell", In_Reply_To=asked))
    arrive(desk)
    page.reload()
    expect(page.locator(".said-text", has_text="Green.")).to_be_visible()
    answer(page, "A green one is on its way.", "Send and resolve")
    expect(page.get_by_text("Resolved").first).to_be_visible()
    desk.work_off()
    rate(open_page(Screen(width, 844)), live, desk.sent[-1].get_content())
    page.reload()
    expect(page.get_by_text("5 of 5")).to_be_visible()
    assert len(desk.tickets()) == 1


def answer(page: Page, text: str, button: str) -> None:
    page.get_by_label("To anna@customer.example").fill(text)
    page.get_by_role("button", name=button, exact=True).click()


def rate(page: Page, live: str, mail: str) -> None:
    """As the customer does: the link of the mail, and the button behind it."""
    link = re.search(r"http://tandem\.example(/rate/[\w-]+)", mail)
    assert link
    page.goto(f"{live}{link[1]}?score=5")
    expect(page.get_by_label("Very good")).to_be_checked()
    page.get_by_role("button", name="Send the rating").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def arrive(desk: Desk) -> None:
    desk.run("service.poll")
    desk.work_off()


@pytest.fixture
def shown(desk: Desk, anna: UUID, admin: Actor) -> list[str]:
    """The addresses of every page, with something on each."""
    promise(desk)
    with desk.host.write(desk.actor) as work:
        queue = work.session.get_one(Queue, desk.queue_id)
        queue.slug = "help"
        settings.set_members(work, queue.id, [admin.id] if admin.id else [])
        article = knowledge.write_article(work, {"title": "Change a bell", "body": TEXT})
        knowledge.publish(work, article.id)
        settings.add(work, CannedReply, {"name": "Hello", "text": "Dear {customer}"})
        new = NewTicket(
            subject="The bell of my new bicycle is broken again",
            queue_id=queue.id,
            channel=Channel.FORM,
            kind=Kind.COMPLAINT,
            party_id=anna,
            email="anna@customer.example",
            contact="Anna Sommer",
        )
        ticket, _is_new = open_ticket(work, desk.company, new)
        said = Entry(direction=Direction.INBOUND, text="It broke.", author="Anna", quoted="> Hi")
        add_entry(work, ticket, said)
        add_note(work, ticket.id, "Second time this month")
        reply(work, ticket.id, Reply(text="We look at it."))
    return [*_pages(ticket.id, article), *_public(article)]


TEXT = "# First\nTake it off.\n\n- Pull the spring\n- Put in the new one\n\nDone."


def _pages(ticket_id: UUID, article: Article) -> list[str]:
    paths = ("", "report", "settings", "articles/", f"articles/{article.id}", "new")
    more = (str(ticket_id), f"{ticket_id}/edit", "settings/calendars/new", "?q=nothing")
    return [f"/tickets/{path}" for path in (*paths, *more)]


def _public(article: Article) -> list[str]:
    return ["/help/help/", f"/help/help/articles/{article.id}", "/help/help/ask"]


def test_nothing_keeps_anybody_out(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    live: str,
    screen: Screen,
    shown: list[str],
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(screen)
    sign_in(page)
    for path in shown:
        page.goto(f"{live}{path}")
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"
