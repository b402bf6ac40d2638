"""What a real server says, or does not say, becomes what the sender does next."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from core.config import Settings
from core.errors import Invalid
from core.ids import new_id
from core.mail import Attachment, InDoubt, Mail, Mailer, Rejected, Unsent
from core.mail.message import to_bytes
from tests.core.mail.post_office import LOST, Office, office

SENDER = "Tandem <crm@example.com>"


@pytest.fixture(scope="module")
def server() -> Iterator[Office]:
    with office() as found:
        yield found


@pytest.fixture(autouse=True)
def _emptied(server: Office) -> None:
    server.mails.clear()
    server.to_recipient = server.to_mail = lambda _text: None


@pytest.fixture
def mailer(server: Office) -> Iterator[Mailer]:
    with Mailer(Settings(smtp_url=server.url)) as found:
        yield found


def mail(*recipients: str, **values: object) -> Mail:
    given = {"subject": "Hello", "text": "How are you?", **values}
    to = recipients or ("ada@example.com",)
    return Mail(id=new_id(), sender=SENDER, recipients=to, **given)  # type: ignore[arg-type]  # any field


def test_a_mail_arrives_whole(server: Office, mailer: Mailer) -> None:
    sent = mail(
        subject="Grüße, 世界",
        text=".\n..\nFrom here: äöü\n" + "long " * 400,
        html="<p>äöü</p>",
        attachments=(Attachment("Angebot Ü.pdf", "application/pdf", b"%PDF\x00\r\n."),),
        headers={"Reply-To": "sales@example.com", "Auto-Submitted": "auto-generated"},
    )
    assert mailer.send(sent).accepted == ("ada@example.com",)
    [(to, got)] = server.mails
    assert to == ("ada@example.com",)
    assert (got["Subject"], got["Reply-To"]) == ("Grüße, 世界", "sales@example.com")
    assert got["Message-ID"] == f"<{sent.id}@example.com>"
    text, html = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n").strip() == sent.text.strip()
    assert html is not None
    assert "äöü" in html.get_content()
    [attached] = got.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Angebot Ü.pdf", b"%PDF\x00\r\n.")


def test_the_same_mail_is_the_same_bytes_but_for_its_boundaries() -> None:
    one = mail()
    assert to_bytes(one) == to_bytes(one)


def test_one_connection_carries_many_and_a_lost_one_is_made_anew(
    server: Office, mailer: Mailer
) -> None:
    before = server.connections
    for _ in range(3):
        mailer.send(mail())
    assert server.connections == before + 1
    assert mailer._server is not None
    assert mailer._server.sock is not None
    mailer._server.sock.shutdown(socket.SHUT_RDWR)  # as when the server hung up meanwhile
    mailer.send(mail())
    assert (server.connections, len(server.mails)) == (before + 2, 4)


@pytest.mark.parametrize(
    ("to_recipient", "to_mail", "error", "code"),
    [
        ("550 5.1.1 no such user", None, Rejected, 550),
        ("451 4.7.1 greylisted", None, Unsent, 451),
        ("421 4.3.2 closing", None, Unsent, 421),
        (None, "554 5.7.1 spam", Rejected, None),
        (None, "452 4.3.1 full", Unsent, 452),
        (None, "421 4.3.2 closing", Unsent, 421),
        (None, LOST, InDoubt, None),
    ],
)
def test_what_the_server_says_is_what_is_raised_and_the_next_mail_passes(
    server: Office,
    mailer: Mailer,
    to_recipient: str | None,
    to_mail: str | None,
    *,
    error: type[Exception],
    code: int | None,
) -> None:
    server.to_recipient, server.to_mail = lambda _to: to_recipient, lambda _id: to_mail
    with pytest.raises(error) as raised:
        mailer.send(mail())
    refused = raised.value.refused  # type: ignore[attr-defined]  # all of them have it
    assert {to: why.code for to, why in refused.items()} == (
        {"ada@example.com": code} if code else {}
    )
    assert len(server.mails) == (to_mail == LOST)
    server.to_recipient = server.to_mail = lambda _text: None
    mailer.send(mail())
    assert len(server.mails) == 1 + (to_mail == LOST)


def test_some_recipients_refused_do_not_keep_it_from_the_others(
    server: Office, mailer: Mailer
) -> None:
    server.to_recipient = lambda to: "550 5.1.1 gone" if to.startswith("gone") else None
    receipt = mailer.send(mail("ada@example.com", "gone@example.com"))
    assert receipt.accepted == ("ada@example.com",)
    [why] = receipt.refused.values()
    assert (why.code, why.status, why.words, why.is_final) == (550, "5.1.1", "gone", True)
    assert server.mails[0][0] == ("ada@example.com",)


def test_a_server_that_is_not_there_sent_nothing() -> None:
    with office() as gone:
        pass
    with Mailer(Settings(smtp_url=gone.url)) as mailer, pytest.raises(Unsent, match="did not take"):
        mailer.send(mail())


def test_addresses_beyond_ascii(server: Office, mailer: Mailer) -> None:
    mailer.send(mail("ada@bücher.example"))
    mailer.send(mail("jürgen@bücher.example"))
    assert [to for to, _mail in server.mails] == [
        ("ada@xn--bcher-kva.example",),
        ("jürgen@xn--bcher-kva.example",),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"headers": {"X-A": "1\r\nBcc: eve@example.com"}},
        {"headers": {"X-A: 1\r\nBcc": "eve@example.com"}},
        {"headers": {"From": "eve@example.com"}},
        {"recipients": ("ada@example.com\r\nDATA",)},
        {"recipients": ("ada@example.com> ORCPT=x",)},
        {"recipients": ("ada@example.com, eve@example.com",)},
        {"recipients": ()},
        {"sender": "Ada\r\nBcc: eve@example.com <ada@example.com>"},
    ],
)
def test_nothing_given_becomes_another_header_or_command(values: dict[str, object]) -> None:
    given = {"sender": SENDER, "recipients": ("ada@example.com",), "subject": "s", "text": "t"}
    with pytest.raises(Invalid):
        Mail(id=new_id(), **{**given, **values})  # type: ignore[arg-type]  # any field


def test_a_subject_of_several_lines_becomes_one() -> None:
    assert b"Subject: one Bcc: two\r\n" in to_bytes(mail(subject="one\r\nBcc: two"))
