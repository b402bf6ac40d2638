"""A posted mail goes out once: after the commit, through trouble, and never twice by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.actor import system
from core.clock import utcnow
from core.host import Host
from core.ids import new_id
from core.jobs.models import StoredJob
from core.mail import Attachment, Mail, Unsent, post
from core.mail.jobs import _MOST_ATTEMPTS, forget, send
from core.mail.models import MailAttachment, MailState, PostedMail
from core.mail.outbox import SEND, send_again
from core.registry.models import Installation
from core.states import IllegalTransition
from core.sync.inline import InlineContext
from tests.core.mail.post_office import LOST, Office, office

ACTOR = system("tests")


@pytest.fixture(scope="module")
def server() -> Iterator[Office]:
    with office() as found:
        yield found


class Outbox:
    def __init__(self, host: Host, server: Office) -> None:
        self.host = Host(replace(host.settings, smtp_url=server.url), host.database, host.registry)
        self.context = InlineContext(self.host, ACTOR)

    def post(self, key: str = "tests:1") -> UUID:
        mail = Mail(
            id=new_id(),
            sender="crm@example.com",
            recipients=("ada@example.com",),
            subject="Your quotation",
            text="It is attached.",
            attachments=(Attachment("a.pdf", "application/pdf", b"%PDF"),),
        )
        with self.host.write(ACTOR) as work:
            return post(work, mail, key=key)

    def send(self, mail_id: UUID) -> PostedMail:
        send(self.context, {"mail": str(mail_id)})
        return self.kept(mail_id)

    def kept(self, mail_id: UUID) -> PostedMail:
        with self.host.read(ACTOR) as work:
            return work.session.get_one(PostedMail, mail_id)

    def set(self, **values: object) -> None:
        with self.host.write(ACTOR) as work:
            work.session.execute(update(PostedMail).values(**values))

    def jobs(self) -> int:
        with self.host.read(ACTOR) as work:
            jobs = select(StoredJob.id).where(StoredJob.name == SEND)
            return len(work.session.scalars(jobs).all())


@pytest.fixture
def outbox(host: Host, company: UUID, server: Office) -> Outbox:
    assert company.int
    server.mails.clear()
    server.to_recipient = server.to_mail = lambda _text: None
    return Outbox(host, server)


def test_a_key_posted_twice_is_one_mail_that_goes_out_once(outbox: Outbox, server: Office) -> None:
    mail_id = outbox.post()
    assert (outbox.post(), outbox.jobs()) == (mail_id, 1)
    assert outbox.send(mail_id).state is MailState.SENT
    outbox.send(mail_id)  # a job runs at least once
    [(_to, mail)] = server.mails
    assert mail["Message-ID"] == f"<{mail_id}@example.com>"
    assert [part.get_content() for part in mail.iter_attachments()] == [b"%PDF"]
    outbox.set(made_at=utcnow().replace(year=2020))
    forget(outbox.context, {})
    with outbox.host.read(ACTOR) as work:
        assert work.session.scalars(select(MailAttachment)).all() == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_not_now_is_tried_again_until_it_is_for_good(outbox: Outbox, server: Office) -> None:
    mail_id = outbox.post()
    server.to_recipient = lambda _to: "451 4.7.1 greylisted"
    with pytest.raises(Unsent):
        outbox.send(mail_id)
    kept = outbox.kept(mail_id)
    assert (kept.state, kept.attempts) == (MailState.WAITING, 1)
    assert "greylisted" in kept.error
    outbox.set(attempts=_MOST_ATTEMPTS - 1)
    assert outbox.send(mail_id).state is MailState.FAILED


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("recipient", "answer", "state"),
    [("550 5.1.1 gone", None, MailState.FAILED), (None, LOST, MailState.IN_DOUBT)],
)
def test_what_is_final_or_in_doubt_waits_for_a_person(
    outbox: Outbox, server: Office, recipient: str | None, answer: str | None, state: MailState
) -> None:
    mail_id = outbox.post()
    server.to_recipient, server.to_mail = lambda _to: recipient, lambda _id: answer
    assert outbox.send(mail_id).state is state
    came = len(server.mails)
    assert outbox.send(mail_id).state is state
    assert len(server.mails) == came

    server.to_recipient = server.to_mail = lambda _text: None
    with outbox.host.write(ACTOR) as work:
        send_again(work, mail_id)
    assert outbox.send(mail_id).state is MailState.SENT
    assert len(server.mails) == came + 1
    with outbox.host.write(ACTOR) as work, pytest.raises(IllegalTransition):
        send_again(work, mail_id)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_worker_that_died_with_it_leaves_a_doubt_and_no_second_mail(
    outbox: Outbox, server: Office
) -> None:
    mail_id = outbox.post()
    outbox.set(state=MailState.SENDING)
    assert outbox.send(mail_id).state is MailState.IN_DOUBT
    assert server.mails == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_copy_sends_nothing(outbox: Outbox, server: Office) -> None:
    mail_id = outbox.post()
    with outbox.host.write(ACTOR) as work:
        work.session.execute(update(Installation).values(pushes=False))
    kept = outbox.send(mail_id)
    assert (kept.state, server.mails) == (MailState.FAILED, [])
    assert "this is a copy" in kept.error
