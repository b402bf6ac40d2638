"""Mails in doubt are shown with what was said, and go out again only when somebody says so."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import system
from core.host import Host
from core.ids import new_id
from core.mail.models import MailState, PostedMail

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ACTOR = system("tests")


def test_what_is_in_doubt_is_sent_again_by_hand(
    host: Host, company: UUID, browser_client: FlaskClient
) -> None:
    for state in (MailState.IN_DOUBT, MailState.SENT):
        with host.write(ACTOR) as work:
            kept = PostedMail(
                id=new_id(), company_id=company, key=f"tests:{state}", sender="a@example.com",
                recipients=["b@example.com"], subject="Your quotation", text="t", html="",
                headers={}, state=state, error="the answer was lost",
            )  # fmt: skip
            work.session.add(kept)
            if state is MailState.IN_DOUBT:
                doubtful = kept.id
    text = browser_client.get("/mails/", headers={"Accept": "text/html"}).text
    assert text.count("Send again") == 1
    assert "the answer was lost" in text
    assert browser_client.post(f"/mails/{doubtful}/again").status_code == 303
    with host.read(ACTOR) as work:
        states = work.session.scalars(select(PostedMail.state)).all()
    assert sorted(states) == [MailState.SENT, MailState.WAITING]
