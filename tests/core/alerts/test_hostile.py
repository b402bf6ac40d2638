"""Where webhooks may not go, and what must not become a header of a mail."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP

import pytest
from sqlalchemy import update

from core.alerts.models import AlertRules
from core.errors import CrmError
from core.ids import new_id
from core.mail.message import Mail, to_bytes
from core.sync.models import ConnectionState
from tests.core.alerts.conftest import ACTOR, Watched
from tests.core.alerts.receivers import Hook, Post

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
_NOT_LISTED = "is not on the operator's list of hosts"
_NEVER = "which connectors never call"
#: Address, what the operator allows, and what is said. ``PORT`` is that of a receiver of ours.
_WEBHOOKS = [
    ("http://169.254.169.254/latest/meta-data/", ("*",), _NEVER),
    ("http://[fe80::1]/", ("*",), _NEVER),
    ("http://[::ffff:169.254.169.254]/", ("*",), _NEVER),
    ("http://[64:ff9b::a9fe:a9fe]/", ("*",), _NEVER),
    ("http://[fd00:ec2::254]/", ("*",), _NEVER),
    ("http://100.100.100.200/", ("*",), _NEVER),
    ("http://2852039166/", ("*",), _NEVER),
    ("http://0.0.0.0:PORT/", ("*",), _NEVER),
    ("http://224.0.0.1/", ("*",), _NEVER),
    ("http://127.0.0.1:PORT/", (), _NOT_LISTED),
    ("http://localhost:PORT/", ("erp.example",), _NOT_LISTED),
    ("http://[::1]:PORT/", ("127.0.0.1",), _NOT_LISTED),
    ("http://2130706433:PORT/", ("127.0.0.1",), _NOT_LISTED),
    ("http://127.1:PORT/", ("127.0.0.1",), _NOT_LISTED),
    ("http://127.0.0.1.:PORT/", ("erp.example",), _NOT_LISTED),
    ("http://127.0.0.1:PORT/", ("127.0.0.1:1",), _NOT_LISTED),
    ("http://erp.example@127.0.0.1:PORT/", ("erp.example",), _NOT_LISTED),
    ("file:///etc/passwd", ("*",), "not an http or https address"),
    ("gopher://127.0.0.1:PORT/", ("*",), "not an http or https address"),
    ("ftp://127.0.0.1:PORT/", ("*",), "not an http or https address"),
    ("//127.0.0.1:PORT/", ("*",), "not an http or https address"),
    ("http:///nowhere", ("*",), "not an http or https address"),
    ("http://127.0.0.1:99999/", ("*",), "the port is not a number"),
]


@on_sqlite
def test_a_webhook_goes_nowhere_the_operator_did_not_allow(watched: Watched, webhook: Hook) -> None:
    port, wrong = webhook.url.rpartition(":")[2].partition("/")[0], {}
    watched.set(state=ConnectionState.NEEDS_CREDENTIALS, last_error="no")
    watched.look()
    host = watched.host
    for address, allowed, words in _WEBHOOKS:
        url = address.replace("PORT", port)
        with host.write(ACTOR) as work:
            work.session.execute(update(AlertRules).values(webhook_url=url, recipients=[]))
        watched.host = replace(host, settings=replace(host.settings, egress=allowed))
        watched.send()
        said = [one.error for one in watched.notices() if one.medium == "webhook"]
        if not all(words in error for error in said):
            wrong[address] = said
    assert wrong == {}
    assert webhook.received == []


_EVIL = "Acme\r\nBcc: everybody@example.com\r\n\r\nAnother body\x00"
#: All of a mail that ends in its headers, as somebody might name a thing.
_HEADERS = [
    {"subject": _EVIL},
    {"subject": "Acme\nBcc: everybody@example.com"},
    {"subject": "Acme\rBcc: everybody@example.com"},
    {"subject": "Acme\u2028Bcc: everybody@example.com\x85Cc: all@example.com"},
    {"sender": "Acme\r\nBcc: everybody@example.com <ada@example.com>"},
    {"sender": "ada@example.com\r\nBcc: everybody@example.com"},
    {"recipients": ("ada@example.com\r\nBcc: everybody@example.com",)},
    {"recipients": ("ada@example.com, everybody@example.com",)},
    {"recipients": ("ada@example.com\n",)},
    {"headers": {"Reply-To": "ada@example.com\r\nBcc: everybody@example.com"}},
    {"headers": {"Reply-To: x\r\nBcc": "everybody@example.com"}},
    {"headers": {"Bcc ": "everybody@example.com"}},
    {"headers": {"To": "everybody@example.com"}},
]


@pytest.mark.parametrize("more", _HEADERS)
def test_nothing_said_becomes_a_header(more: dict[str, object]) -> None:
    plain: dict[str, object] = {
        "sender": "Tandem <tandem@example.com>",
        "recipients": ("ada@example.com",),
        "subject": "Alert",
        "text": "Look.",
    }
    try:
        sent = to_bytes(Mail(id=new_id(), **{**plain, **more}))  # type: ignore[arg-type]  # by name
    except CrmError:
        return  # refused in words: nothing is sent
    read = message_from_bytes(sent, policy=SMTP)
    assert set(read.keys()) <= _WANTED
    assert read["To"] == "ada@example.com"
    assert read.get_content().strip() == "Look."


_WANTED = {
    *("Subject", "From", "To", "Date", "Message-ID", "MIME-Version"),
    *("Content-Type", "Content-Transfer-Encoding"),
}


@on_sqlite
def test_what_an_erp_says_stays_in_the_body(watched: Watched, post: Post) -> None:
    watched.set(state=ConnectionState.NEEDS_CREDENTIALS, last_error=_EVIL, name=_EVIL[:60])
    watched.look()
    watched.send()
    (mail,) = post.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Tandem: Credentials refused"
