"""Setting up the service by its forms."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from modules.service.models import Mailbox
from tests.modules.service.conftest import Desk
from tests.modules.service.steps import opened

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


SETTINGS = "/tickets/settings"


def test_business_hours_and_promises_are_set_by_forms(
    desk: Desk, browser_client: FlaskClient
) -> None:
    hours = {f"day{n}": "09:00-12:00, 13:00-17:30" for n in range(5)}
    about = {"name": "Office", "zone": "Asia/Bangkok", "holidays": "2026-12-31 New year"}
    calendar = {**about, **hours}
    wrong = browser_client.post(f"{SETTINGS}/calendars/new", data={**calendar, "day1": "9-5"})
    assert wrong.status_code == 422
    assert "Write hours like" in wrong.text
    assert browser_client.post(f"{SETTINGS}/calendars/new", data=calendar).status_code == 303
    key = re.search(r"/settings/calendars/([0-9a-f-]{36})", browser_client.get(SETTINGS).text)
    assert key
    policy = {
        "name": "All",
        "place": "1",
        "calendar_id": key[1],
        "response_minutes": "60",
        "resolution_minutes": "480",
        "active": "true",
    }
    assert browser_client.post(f"{SETTINGS}/policies/new", data=policy).status_code == 303
    assert "First answer" in browser_client.get(f"/tickets/{opened(desk)}").text


@pytest.mark.usefixtures("desk")
def test_a_queue_has_members_who_are_colleagues(browser_client: FlaskClient) -> None:
    queue = {"name": "Shop", "slug": "shop", "assignment": "least_loaded", "active": "true"}
    unknown = {**queue, "members": "nobody@tandem.example"}
    refused = browser_client.post(f"{SETTINGS}/queues/new", data=unknown)
    assert "No colleague has nobody@tandem.example" in refused.text
    members = {**queue, "members": "ada@tandem.example"}
    assert browser_client.post(f"{SETTINGS}/queues/new", data=members).status_code == 303
    assert browser_client.get("/help/shop/").status_code == 200


def test_ready_made_replies_are_filled_in(desk: Desk, browser_client: FlaskClient) -> None:
    ticket = opened(desk)
    ready = {"name": "Hello", "text": "Dear {customer}, about {number}: {nothing}"}
    assert browser_client.post(f"{SETTINGS}/replies/new", data=ready).status_code == 303
    shown = browser_client.get(f"/tickets/{ticket}").text
    assert "Dear Anna Sommer, about TI-" in shown
    assert "{nothing}" in shown
    browser_client.post(f"/tickets/{ticket}/reply", data={"text": "First.", "use": "0"})
    assert "First.\n\nDear Anna Sommer" in browser_client.get(f"/tickets/{ticket}").text


def test_a_mailbox_keeps_its_password_to_itself(desk: Desk, browser_client: FlaskClient) -> None:
    mailbox = {
        "name": "Help",
        "address": "Help@Tandem.example",
        "host": "mail.example",
        "port": "993",
        "tls": "true",
        "user": "help",
        "secret": "a-secret-nobody-reads",
        "folder": "INBOX",
        "queue_id": str(desk.queue_id),
        "active": "true",
    }
    assert browser_client.post(f"{SETTINGS}/mailboxes/new", data=mailbox).status_code == 303
    page = browser_client.get(SETTINGS).text
    key = re.search(r"/settings/mailboxes/([0-9a-f-]{36})", page)
    assert key
    form = browser_client.get(f"{SETTINGS}/mailboxes/{key[1]}").text
    assert "a-secret-nobody-reads" not in page + form
    with desk.host.read(desk.actor) as work:
        kept = work.session.get_one(Mailbox, UUID(key[1]))
        assert "secret" not in kept.sealed
        assert kept.address == "help@tandem.example"
