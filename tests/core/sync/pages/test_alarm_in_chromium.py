"""Alerts, who is told, and what stopped inside Tandem: every width and scheme, and what they do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from core.alerts.models import Alert
from core.alerts.watch import look
from core.clock import utcnow
from core.events import EventPosition
from core.jobs.models import JobState, StoredJob
from core.sync.errors import RateLimited, Rejected
from core.sync.inline import InlineContext
from tests.core.sync.pages.office import Office

Axe = Callable[[Page], list[str]]
SignIn = Callable[[Page], None]


def alarm(office: Office) -> UUID:
    """Records, a job and a listener are stopped, and the ERP asked for a long wait."""
    key = office.connect()
    office.stop(key, 2, Rejected("unknown product W999", field="lines"))
    office.stop(key, 1, Rejected("unknown product W998", field="lines"))
    office.fail(RateLimited("HTTP 429", until=utcnow() + timedelta(hours=20)), "draft")
    office.orders(1)
    office.push(key)
    with office.host.write(office.actor) as work:
        work.session.add(
            StoredJob(
                name="core.alerts.send",
                args={},
                state=JobState.STOPPED,
                attempts=8,
                reason="MailRefused: mail.example.com did not take the mail",
                run_at=utcnow(),
                ended_at=utcnow(),
            )
        )
        work.session.add(
            EventPosition(
                subscriber="sales.note_payment",
                module="sales",
                attempts=8,
                stopped="RuleBroken: the order is cancelled",
            )
        )
    look(InlineContext(office.host, office.actor), {})
    return key


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_alarms_keep_nobody_out(
    office: Office,
    screen: Any,
    open_page: Callable[..., Page],
    live: str,
    sign_in: SignIn,
    axe: Axe,
) -> None:
    key = alarm(office)
    page = open_page(screen)
    sign_in(page)
    for path in (
        "/alerts/",
        "/alerts/rules",
        "/sync/stopped",
        "/sync/",
        f"/connections/{key}/edit",
    ):
        page.goto(f"{live}{path}")
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"
    assert page.locator("#bell .bell-count").inner_text() == "2"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_stopped_inside_is_set_going(office: Office, browser_client: FlaskClient) -> None:
    alarm(office)
    page = browser_client.get("/sync/stopped").text
    assert "3 records" in page
    assert "(and 1 other wording)" in page
    assert "MailRefused" in page
    assert "sales.note_payment" in page
    with office.host.read(office.actor) as work:
        job = work.session.scalars(
            select(StoredJob).where(StoredJob.state == JobState.STOPPED)
        ).one()
        assert len(work.session.scalars(select(Alert)).all()) == 2
    assert browser_client.post(f"/sync/jobs/{job.id}/retry").status_code == 303
    resumed = browser_client.post("/sync/subscribers/sales.note_payment/resume")
    assert resumed.status_code == 303
    page = browser_client.get("/sync/stopped").text
    assert "MailRefused" not in page
    assert "sales.note_payment" not in page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_is_told_is_kept_and_a_wrong_address_is_refused(
    office: Office, browser_client: FlaskClient
) -> None:
    del office
    sent = {
        "recipients": "ops@example.com\nit@example.com",
        "webhook_url": "https://hooks.example.com/tandem",
        "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "stopped_records": "5",
        "away_minutes": "10",
        "lag_minutes": "30",
        "version": "0",
    }
    wrong = browser_client.post("/alerts/rules", data={**sent, "recipients": "nobody"})
    assert wrong.status_code == 422
    assert browser_client.post("/alerts/rules", data=sent).status_code == 303
    page = browser_client.get("/alerts/rules").text
    assert "it@example.com" in page
    assert "whsec_" not in page.replace("whsec_ and base64", "")
    assert browser_client.post("/alerts/rules", data=sent).status_code == 409
