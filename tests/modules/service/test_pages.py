"""The pages of service: of colleagues, and of the public."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.actor import Actor
from modules.service.models import Article, Deflection, Draft
from modules.service.rules.states import Channel, Direction, Kind, TicketState
from modules.service.services.settings import first_queue
from tests.modules.service.conftest import Desk
from tests.modules.service.steps import opened

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def page_queue(desk: Desk) -> str:
    """The address of the queue's public page."""
    with desk.host.write(desk.actor) as work:
        first_queue(work, desk.company).slug = "help"
    return "/help/help"


@pytest.fixture
def visitor(app: Flask, page_queue: str) -> FlaskClient:
    """Nobody who is signed in, with the secret our forms bear."""
    client = app.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{page_queue}/ask").text)
    assert found
    client.environ_base["HTTP_X_CSRFTOKEN"] = found[1]
    return client


QUESTION = {
    "name": "Anna Sommer",
    "email": "anna@customer.example",
    "subject": "My bell is broken",
    "text": "How do I change the spring?",
}


def test_the_public_form_makes_a_ticket(
    desk: Desk, visitor: FlaskClient, page_queue: str, anna: UUID
) -> None:
    file = (BytesIO(b"%PDF"), "../../bill.pdf")
    answer = visitor.post(f"{page_queue}/ask", data={**QUESTION, "files": [file]})
    assert answer.status_code == 303, answer.text
    ticket = desk.tickets()[0]
    assert (ticket.channel, ticket.party_id, ticket.kind) == (Channel.FORM, anna, Kind.QUESTION)
    desk.work_off()
    assert ticket.number in desk.sent[0]["Subject"]


def test_a_machine_that_fills_in_everything_makes_nothing(
    desk: Desk, visitor: FlaskClient, page_queue: str
) -> None:
    answer = visitor.post(f"{page_queue}/ask", data={**QUESTION, "website": "http://spam"})
    assert answer.status_code == 303
    assert desk.tickets() == []


def test_one_place_can_not_ask_without_end(visitor: FlaskClient, page_queue: str) -> None:
    codes = [visitor.post(f"{page_queue}/ask", data=QUESTION).status_code for _ in range(7)]
    assert codes[:5] == [303] * 5
    assert codes[-1] == 429


def test_articles_are_shown_before_a_question_is_sent(
    desk: Desk, visitor: FlaskClient, browser_client: FlaskClient, page_queue: str
) -> None:
    body = {"title": "How to change the spring of a bell", "body": "Open it.\n\n- Pull"}
    made = browser_client.post("/tickets/articles/new", data=body)
    browser_client.post(f"{made.location}/publish")
    first = visitor.post(f"{page_queue}/ask", data=QUESTION)
    assert first.status_code == 200
    assert "How to change the spring of a bell" in first.text
    assert desk.tickets() == []
    shown = re.search(r'name="shown" value="([^"]+)"', first.text)
    assert shown
    visitor.post(f"{page_queue}/solved", data={"shown": shown[1]})
    visitor.post(f"{page_queue}/ask", data={**QUESTION, "shown": shown[1]})
    with desk.host.read(desk.actor) as work:
        kept = work.session.get_one(Deflection, UUID(shown[1]))
    assert kept.solved_at is not None
    assert kept.ticket_id is None, "the first word counts"


def test_readers_get_what_was_published_and_say_whether_it_helped(
    desk: Desk, visitor: FlaskClient, browser_client: FlaskClient, page_queue: str
) -> None:
    made = browser_client.post("/tickets/articles/new", data={"title": "Spring", "body": "One"})
    key = made.location.rpartition("/")[2]
    assert visitor.get(f"{page_queue}/articles/{key}").status_code == 404
    browser_client.post(f"{made.location}/publish")
    changed = {"title": "Spring", "body": "Two", "version": "2"}
    assert browser_client.post(f"{made.location}/edit", data=changed).status_code == 303
    assert "One" in visitor.get(f"{page_queue}/articles/{key}").text
    visitor.post(f"{page_queue}/articles/{key}/helped", data={"helped": "yes"})
    with desk.host.read(desk.actor) as work:
        article = work.session.get_one(Article, UUID(key))
    assert (article.helpful, article.unhelpful) == (1, 0)
    browser_client.post(f"{made.location}/publish")
    assert "Two" in visitor.get(f"{page_queue}/articles/{key}").text
    browser_client.post(f"{made.location}/versions/1/bring-back")
    assert "One" in browser_client.get(made.location).text
    browser_client.post(f"{made.location}/withdraw")
    assert visitor.get(f"{page_queue}/articles/{key}").status_code == 404


def test_a_file_of_a_stranger_is_saved_and_never_opened(
    desk: Desk, browser_client: FlaskClient, visitor: FlaskClient, page_queue: str
) -> None:
    file = (BytesIO(b"<script>alert(1)</script>"), "page.html", "text/html")
    visitor.post(f"{page_queue}/ask", data={**QUESTION, "files": [file]})
    page = browser_client.get(f"/tickets/{desk.tickets()[0].id}")
    found = re.search(r'href="(/tickets/[^"]+/files/[^"]+)"', page.text)
    assert found
    answer = browser_client.get(found[1])
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_was_typed_is_kept_when_somebody_else_was_faster(
    desk: Desk, browser_client: FlaskClient, admin: Actor
) -> None:
    key = opened(desk)
    seen = desk.thread(key)[-1].id
    first = {"text": "I look at it.", "seen": str(seen), "then": "open"}
    assert browser_client.post(f"/tickets/{key}/reply", data=first).status_code == 303
    browser_client.post(f"/tickets/{key}/reply", data={**first, "text": "So do I."})
    sent = [one.text for one in desk.thread(key) if one.direction is Direction.OUTBOUND]
    assert sent == ["I look at it."]
    page = browser_client.get(f"/tickets/{key}")
    assert "So do I." in page.text
    with desk.host.read(desk.actor) as work:
        assert work.session.get(Draft, (key, admin.id)) is not None


def test_a_stale_form_of_a_ticket_loses_nothing(desk: Desk, browser_client: FlaskClient) -> None:
    key = opened(desk)
    version = str(desk.tickets()[0].version)
    values = {
        "subject": "Two bells",
        "kind": "complaint",
        "priority": "urgent",
        "queue_id": str(desk.queue_id),
        "email": "anna@customer.example",
        "contact": "Anna",
        "version": version,
    }
    assert browser_client.post(f"/tickets/{key}/edit", data=values).status_code == 303
    stale = browser_client.post(f"/tickets/{key}/edit", data={**values, "subject": "Bells"})
    assert stale.status_code == 409
    assert 'value="Bells"' in stale.text


def test_several_are_assigned_at_once_and_back_again(
    desk: Desk, browser_client: FlaskClient, admin: Actor
) -> None:
    keys = [str(opened(desk)) for _ in range(3)]
    assert (
        "Assign 3 tickets"
        in browser_client.get("/tickets/assign", query_string={"ticket": keys}).text
    )
    done = browser_client.post("/tickets/assign", data={"ticket": keys, "assignee": str(admin.id)})
    assert {one.assignee_id for one in desk.tickets()} == {admin.id}
    page = browser_client.get(done.location).text
    former = re.findall(r'name="was" value="([^"]+)"', page)
    browser_client.post("/tickets/assigned/undo", data={"was": former})
    assert {one.assignee_id for one in desk.tickets()} == {None}


def test_pages_cost_the_same_with_many_rows(
    desk: Desk, browser_client: FlaskClient, count_queries: Any, anna: UUID
) -> None:
    first = opened(desk, party_id=anna)

    def cost(path: str) -> int:
        with count_queries() as queries:
            assert browser_client.get(path).status_code == 200
        return len(queries)

    paths = ("/tickets/", f"/tickets/{first}", f"/contacts/{anna}", "/", "/tickets/report")
    few = [cost(path) for path in paths]
    for _ in range(8):
        opened(desk, party_id=anna)
    assert [cost(path) for path in paths] == few


def test_a_ticket_is_entered_for_a_customer_and_moved(
    desk: Desk, browser_client: FlaskClient, anna: UUID
) -> None:
    form = browser_client.get(f"/tickets/new?party_id={anna}").text
    assert 'value="anna@customer.example"' in form
    given = {
        "subject": "Called: where is my lamp?",
        "text": "She waits since Monday.",
        "kind": "question",
        "priority": "high",
        "queue_id": str(desk.queue_id),
        "contact": "Anna",
        "email": "anna@customer.example",
    }
    made = browser_client.post(f"/tickets/new?party_id={anna}", data=given)
    assert made.status_code == 303, made.text
    for state in ("waiting_third_party", "open", "resolved", "reopened"):
        assert (
            browser_client.post(f"{made.location}/state", data={"state": state}).status_code == 303
        )
    assert desk.tickets()[0].state is TicketState.REOPENED
    ended = browser_client.post(f"{made.location}/end", data={"how": "rejected", "reason": ""})
    assert ended.status_code == 422
    browser_client.post(f"{made.location}/end", data={"how": "rejected", "reason": "Spam"})
    assert desk.tickets()[0].state is TicketState.REJECTED
    assert "TI-" in browser_client.get(f"/contacts/{anna}").text
    assert "where is my lamp" in browser_client.get("/search?q=lamp").text
