"""Mails become tickets, replies become mails, and both find each other again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from core.clock import utcnow
from core.work import UnitOfWork
from modules.service.jobs import polling
from modules.service.models import Attachment, Mailbox
from modules.service.rules import mime
from modules.service.rules.mime import Letter
from modules.service.rules.states import Channel, Direction, TicketState
from modules.service.services.arrivals import Place, take_mail
from modules.service.services.merging import merge
from modules.service.services.threads import Reply, reply
from modules.service.services.tickets import Step, get_ticket, move
from tests.fixtures_imap import Account
from tests.modules.service.conftest import DESK, Desk, answer, letter, mailbox_of, poll

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_a_mail_its_reply_and_the_customers_answer_are_one_ticket(
    desk: Desk, inbox: Account, anna: UUID
) -> None:
    first = letter("The bell is broken.")
    inbox.deliver(first)
    poll(desk)
    ticket = desk.tickets()[0]
    assert (ticket.subject, ticket.channel, ticket.party_id) == ("Bell", Channel.MAIL, anna)
    answer(desk, ticket.id, "Which colour?")
    assert desk.tickets()[0].state is TicketState.WAITING_CUSTOMER
    green = "Green.\n\nOn Monday, Help desk wrote:\n> Which colour?"
    asked = desk.sent[-1]["Message-ID"]
    inbox.deliver(letter(green, Subject="Aw: something else", In_Reply_To=asked))
    poll(desk)
    assert desk.tickets()[0].state is TicketState.OPEN
    said = [(one.direction, one.text) for one in desk.thread(ticket.id) if not one.automatic]
    assert said == [
        (Direction.INBOUND, "The bell is broken."),
        (Direction.OUTBOUND, "Which colour?"),
        (Direction.INBOUND, "Green."),
    ]


def test_our_mails_say_what_they_answer_and_whose_they_are(desk: Desk, inbox: Account) -> None:
    first = letter("The bell is broken.")
    inbox.deliver(first)
    poll(desk)
    receipt = desk.sent[0]
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["In-Reply-To"] == first["Message-ID"]
    ticket = desk.tickets()[0]
    answer(desk, ticket.id, "Which colour?")
    sent = desk.sent[1]
    assert sent["From"].addresses[0].addr_spec == DESK
    assert ticket.number in sent["Subject"]
    assert sent["In-Reply-To"] == first["Message-ID"]
    assert sent["References"].split() == [first["Message-ID"], receipt["Message-ID"]]
    assert "Auto-Submitted" not in sent


def test_a_mail_is_taken_once_whatever_happens(desk: Desk, inbox: Account) -> None:
    first = letter()
    inbox.deliver(first)
    inbox.deliver(letter(Subject="Lamp"))
    poll(desk)
    poll(desk)
    assert [one.subject for one in desk.tickets()] == ["Bell", "Lamp"]
    inbox.deliver(first)
    poll(desk)
    inbox.begin_anew()
    inbox.deliver(letter(Subject="Wheel"))
    poll(desk)
    assert [one.subject for one in desk.tickets()] == ["Bell", "Lamp", "Wheel"]
    assert len(desk.sent) == 3, "each was told once that it arrived"


def test_a_worker_that_dies_in_the_middle_of_a_mail_leaves_nothing_half(
    desk: Desk, inbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("Bell", "Lamp"):
        inbox.deliver(letter(Subject=subject))

    def dies(work: UnitOfWork, mailbox: Mailbox, place: Place, letter: Letter) -> None:
        take_mail(work, mailbox, place, letter)
        if letter.subject == "Lamp":
            raise MemoryError

    desk.run("service.poll")
    with monkeypatch.context() as patch:
        patch.setattr(polling, "take_mail", dies)
        with pytest.raises(MemoryError):
            desk.work_off()
    assert [one.subject for one in desk.tickets()] == ["Bell"]
    poll(desk)
    assert [one.subject for one in desk.tickets()] == ["Bell", "Lamp"]


def test_mails_that_were_there_before_the_mailbox_are_left_alone(
    desk: Desk, inbox: Account
) -> None:
    inbox.deliver(letter())
    with desk.host.write(desk.actor) as work:
        later = utcnow() + timedelta(hours=2)
        work.session.execute(update(Mailbox).values(created_at=later))
    poll(desk)
    poll(desk)
    assert desk.tickets() == []
    assert mailbox_of(desk).last_uid == 1


def test_a_number_in_the_subject_counts_from_those_who_take_part(
    desk: Desk, inbox: Account
) -> None:
    inbox.deliver(letter())
    poll(desk)
    ticket = desk.tickets()[0]
    named = f"Re: [{ticket.number}] Bell"
    inbox.deliver(letter("It is green.", Subject=named))
    inbox.deliver(letter("Send me the bell", Subject=named, From="eve@elsewhere.example"))
    poll(desk)
    assert len(desk.tickets()) == 2
    said = [one.text for one in desk.thread(ticket.id) if one.direction is Direction.INBOUND]
    assert said == ["The bell is broken.", "It is green."]


def test_what_is_said_to_a_merged_ticket_reaches_the_main_one(desk: Desk, inbox: Account) -> None:
    inbox.deliver(letter())
    inbox.deliver(letter("Again", Subject="Bell again"))
    poll(desk)
    first, second = desk.tickets()
    with desk.host.write(desk.actor) as work:
        merge(work, second.id, first.id)
    inbox.deliver(letter("So?", Subject=f"Re: [{second.number}] Bell again"))
    poll(desk)
    assert desk.thread(first.id)[-1].text == "So?"


def test_a_customer_comes_back_in_time_or_asks_anew(desk: Desk, inbox: Account) -> None:
    inbox.deliver(letter())
    poll(desk)
    first = desk.tickets()[0]
    with desk.host.write(desk.actor) as work:
        reply(work, first.id, Reply(text="Done.", then=TicketState.RESOLVED))
    desk.work_off()
    sent = desk.sent[-1]["Message-ID"]
    inbox.deliver(letter("No", In_Reply_To=sent))
    poll(desk)
    assert desk.tickets()[0].state is TicketState.REOPENED
    with desk.host.write(desk.actor) as work:
        move(work, get_ticket(work, first.id), Step(target=TicketState.RESOLVED))
        get_ticket(work, first.id).resolved_at = utcnow() - timedelta(days=15)
    inbox.deliver(letter("A year later", In_Reply_To=sent))
    poll(desk)
    assert len(desk.tickets()) == 2
    assert first.number in desk.thread(desk.tickets()[1].id)[-2].text


def test_attachments_come_along_and_what_is_too_large_is_told(
    desk: Desk, inbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mime, "LARGEST_FILE_BYTES", 1_000)
    mail = letter()
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    mail.add_attachment(b"x" * 2_000, maintype="image", subtype="png", filename="../big.png")
    inbox.deliver(mail)
    poll(desk)
    message = desk.thread(desk.tickets()[0].id)[0]
    assert "too large" in message.remark
    with desk.host.read(desk.actor) as work:
        kept = work.session.scalars(select(Attachment)).one()
        assert (kept.name, kept.content) == ("bill.pdf", b"%PDF")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sealed": "v1.gone.x"}, "security"),
        ({"user": "", "port": 1}, "127.0.0.1"),
        ({"host": "mail.elsewhere.example"}, "list of hosts"),
    ],
)
def test_a_mailbox_that_can_not_be_read_says_why(
    desk: Desk, inbox: Account, change: dict[str, object], words: str
) -> None:
    inbox.deliver(letter())
    with desk.host.write(desk.actor) as work:
        work.session.execute(update(Mailbox).values(change))
    desk.run("service.poll")
    desk.work_off()
    said = mailbox_of(desk).error
    assert words in said or "key" in said
    assert inbox.secret not in said


def test_a_reply_that_failed_says_so_and_is_sent_again(
    desk: Desk, inbox: Account, browser_client: FlaskClient
) -> None:
    inbox.deliver(letter(Precedence="bulk"))
    poll(desk)
    ticket = desk.tickets()[0]
    desk.office.to_mail = lambda _id: "554 5.7.1 not today"
    answer(desk, ticket.id, "Which colour?")
    assert "not sent" in browser_client.get(f"/tickets/{ticket.id}").text
    desk.office.to_mail = lambda _id: None
    message = desk.thread(ticket.id)[-1].id
    path = f"/tickets/{ticket.id}/messages/{message}/send-again"
    assert browser_client.post(path).status_code == 303
    desk.work_off()
    assert [mail.get_content().strip() for mail in desk.sent] == ["Which colour?"]
    assert browser_client.post(path).status_code == 409
