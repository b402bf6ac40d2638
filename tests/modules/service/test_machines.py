"""Machines that write mails: heard, never answered, and no loop without an end."""

from __future__ import annotations

import pytest

from modules.service.rules.states import TicketState
from tests.fixtures_imap import Account
from tests.modules.service.conftest import DESK, Desk, answer, letter, poll

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def in_doubt() -> str:
    """What a server says that bounces a mail of ours."""
    return """From: MAILER-DAEMON@mx.example
To: help@tandem.example
Subject: Undelivered mail
Message-ID: <bounce-{key}@mx.example>
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

anna@customer.example: no such user
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; anna@customer.example
Action: failed
Status: 5.1.1
--b
Content-Type: message/rfc822

Message-ID: {key}
Subject: Re: Bell

Which colour?
--b--
"""


def test_machines_are_heard_and_not_answered(desk: Desk, inbox: Account) -> None:
    inbox.deliver(letter(Auto_Submitted="auto-generated", Subject="Disk full"))
    inbox.deliver(letter(Precedence="bulk", Subject="News"))
    inbox.deliver(letter(Auto_Submitted="auto-replied", Subject="Out of office"))
    inbox.deliver(letter(X_Autoreply="yes", Subject="Away"))
    inbox.deliver(letter(From=DESK, Subject="Our own"))
    poll(desk)
    assert [one.subject for one in desk.tickets()] == ["Disk full", "News"]
    assert desk.sent == []


def test_an_out_of_office_note_neither_reopens_nor_is_answered(desk: Desk, inbox: Account) -> None:
    inbox.deliver(letter())
    poll(desk)
    ticket = desk.tickets()[0]
    answer(desk, ticket.id, "Which colour?")
    sent = len(desk.sent)
    away = letter(
        "I am away.", Auto_Submitted="auto-replied", In_Reply_To=desk.sent[-1]["Message-ID"]
    )
    inbox.deliver(away)
    poll(desk)
    assert desk.tickets()[0].state is TicketState.WAITING_CUSTOMER
    assert desk.thread(ticket.id)[-1].automatic
    assert len(desk.sent) == sent


def test_two_machines_that_say_nothing_of_themselves_stop(desk: Desk, inbox: Account) -> None:
    for number in range(9):
        inbox.deliver(letter(f"Thank you for your mail {number}", Subject=f"Hello {number}"))
    poll(desk)
    assert len(desk.tickets()) == 9
    assert len(desk.sent) == 5


def test_a_bounce_makes_it_our_turn_again(desk: Desk, inbox: Account, in_doubt: str) -> None:
    inbox.deliver(letter())
    poll(desk)
    ticket = desk.tickets()[0]
    answer(desk, ticket.id, "Which colour?")
    inbox.deliver(in_doubt.replace("{key}", desk.sent[-1]["Message-ID"]).encode())
    poll(desk)
    assert desk.tickets()[0].state is TicketState.OPEN
    ours = [one for one in desk.thread(ticket.id) if one.text == "Which colour?"]
    assert ours[0].remark == "It could not be delivered."
    assert len(desk.tickets()) == 1
