"""Alerts reach a real mail server and a real receiver: once when it begins, once when it ends."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import timedelta
from email.message import Message
from hashlib import sha256

import pytest
from sqlalchemy import update

from core.alerts.models import Alert
from core.alerts.raising import QUIET, REMINDED_AFTER
from core.clock import utcnow
from core.registry.models import Installation
from core.sync.models import ConnectionState
from tests.core.alerts.conftest import ACTOR, SECRET, Watched, with_settings
from tests.core.alerts.receivers import PASSWORD, Hook, Post

REFUSED = {"state": ConnectionState.NEEDS_CREDENTIALS, "last_error": "HTTP 401"}


def age(watched: Watched, by: timedelta, *columns: str) -> None:
    """Time passes for all alerts."""
    with watched.host.write(ACTOR) as work:
        for column in columns:
            moment = getattr(Alert, column)
            aged = update(Alert).where(moment.is_not(None))
            work.session.execute(aged.values({column: utcnow() - by}))


def subjects(post: Post) -> list[str]:
    return [str(mail["Subject"]) for mail in post.mails]


def text_of(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_an_alert_is_told_when_it_begins_after_a_day_and_when_it_ends(
    watched: Watched, post: Post, webhook: Hook
) -> None:
    watched.set(**REFUSED)
    for _ in range(3):
        watched.look()
    assert watched.send() == []
    assert subjects(post) == ["Tandem: Credentials refused"]
    assert str(post.mails[0]["To"]) == "ops@example.com, it@example.com"
    text = text_of(post.mails[0])
    assert "erp refuses our credentials" in text
    assert f"https://tandem.example.com/connections/{watched.connection_id}/edit" in text

    age(watched, REMINDED_AFTER, "told_at")
    watched.look()
    watched.look()
    watched.send()
    assert subjects(post)[1:] == ["Tandem: Still: Credentials refused"]

    watched.set(state=ConnectionState.LIVE, last_error="")
    watched.look()
    assert [alert.ended_at for alert in watched.alerts()] == [None]
    age(watched, QUIET, "quiet_since")
    watched.look()
    watched.send()
    assert subjects(post)[2:] == ["Tandem: Over: Credentials refused"]
    assert [json.loads(body)["type"] for _, body in webhook.received] == [
        "alert.began",
        "alert.reminder",
        "alert.ended",
    ]


def test_what_comes_and_goes_is_one_alert(watched: Watched, post: Post) -> None:
    for _ in range(5):
        watched.set(**REFUSED)
        watched.look()
        watched.set(state=ConnectionState.LIVE)
        watched.look()
    watched.send()
    assert len(watched.alerts()) == 1
    assert len(post.mails) == 1


def test_a_notice_is_sent_once_and_tried_again_under_the_same_id(
    watched: Watched, post: Post, webhook: Hook
) -> None:
    webhook.statuses, post.refuse = [503, 204], "451 come back later"
    watched.set(**REFUSED)
    watched.look()
    assert len(watched.send()) == 2
    assert {bool(notice.error) for notice in watched.notices()} == {True}
    post.refuse = ""
    assert watched.send() == []
    watched.send()
    assert len(post.mails) == 1
    ids = [headers["webhook-id"] for headers, _ in webhook.received]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert {notice.error for notice in watched.notices()} == {""}
    assert all(notice.sent_at for notice in watched.notices())


def test_a_webhook_is_signed_as_standard_webhooks_lays_down(
    watched: Watched, webhook: Hook
) -> None:
    watched.set(**REFUSED)
    watched.look()
    watched.send()
    ((headers, body),) = webhook.received
    assert _signature(headers, body) == headers["webhook-signature"]
    assert _signature(headers, body + b" ") != headers["webhook-signature"]
    data = json.loads(body)["data"]
    assert (data["cause"], data["ended_at"]) == ("credentials", None)


def _signature(headers: Mapping[str, str], body: bytes) -> str:
    key = b64decode(SECRET.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + b64encode(hmac.new(key, said, sha256).digest()).decode()


@pytest.mark.parametrize("state", [{"pushes": False}, {"held": "It is elsewhere."}])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_copy_tells_nobody_and_its_list_says_so(
    watched: Watched, post: Post, webhook: Hook, state: dict[str, object]
) -> None:
    watched.set(**REFUSED)
    watched.look()
    with watched.host.write(ACTOR) as work:
        work.session.execute(update(Installation).values(**state))
    assert watched.send() == []
    assert (post.mails, webhook.received) == ([], [])
    assert all("this is a copy" in notice.error for notice in watched.notices())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_refused_login_is_said_without_the_password(watched: Watched, post: Post) -> None:
    watched.set(**REFUSED)
    watched.look()
    wrong = "a-password-nobody-accepts"
    watched.host = with_settings(watched.host, smtp_url=post.url(wrong))
    words = " ".join(watched.send()) + " ".join(notice.error for notice in watched.notices())
    assert "127.0.0.1 did not take the mail" in words
    assert wrong not in words
    assert PASSWORD not in words
    assert post.mails == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("url", ["smtp://[::1", "smtp://h:a", "smtp://h:99999", "h:25", "http://h"])
def test_a_server_that_is_none_is_said_in_words(watched: Watched, url: str) -> None:
    watched.set(**REFUSED)
    watched.look()
    watched.host = with_settings(watched.host, smtp_url=url)
    assert any("smtp_url names no mail server" in words for words in watched.send())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_webhook_goes_only_where_the_operator_allows(watched: Watched, webhook: Hook) -> None:
    watched.set(**REFUSED)
    watched.look()
    watched.host = with_settings(watched.host, egress=())
    assert any("not on the operator's list" in words for words in watched.send())
    assert webhook.received == []
