"""Mails become tickets, replies become mails, and both find each other again."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.service.rules.states import Channel, Direction, TicketState
from modules.service.services.threads import Reply, reply
from tests.fixtures_imap import Account
from tests.modules.service.conftest import DESK, Desk, letter, mailbox_of

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def poll(desk: Desk) -> None:
    desk.run("service.poll")
    desk.work_off()
    assert mailbox_of(desk).error == ""


def answer(desk: Desk, ticket_id: UUID, text: str) -> None:
    with desk.host.write(desk.actor) as work:
        reply(work, ticket_id, Reply(text=text))
    desk.work_off()


def test_a_mail_its_reply_and_the_customers_answer_are_one_ticket(
    desk: Desk, inbox: Account, anna: UUID
) -> None:
    first = letter("The bell is broken.")
    inbox.deliver(first)
    poll(desk)
    ticket = desk.tickets()[0]
    assert (ticket.subject, ticket.channel, ticket.party_id) == ("Bell", Channel.MAIL, anna)
    receipt = desk.sent[0]
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["In-Reply-To"] == first["Message-ID"]
    answer(desk, ticket.id, "Which colour?")
    sent = desk.sent[1]
    assert sent["From"].addresses[0].addr_spec == DESK
    assert ticket.number in sent["Subject"]
    assert sent["In-Reply-To"] == first["Message-ID"]
    assert sent["References"].split() == [first["Message-ID"], receipt["Message-ID"]]
    assert desk.tickets()[0].state is TicketState.WAITING_CUSTOMER
    inbox.deliver(
        letter(
            "Green.\n\nOn Monday, Help desk wrote:\n> Which colour?",
            Subject="Aw: something else",
            In_Reply_To=sent["Message-ID"],
        )
    )
    poll(desk)
    assert desk.tickets()[0].state is TicketState.OPEN
    said = [(one.direction, one.text) for one in desk.thread(ticket.id) if not one.automatic]
    assert said == [
        (Direction.INBOUND, "The bell is broken."),
        (Direction.OUTBOUND, "Which colour?"),
        (Direction.INBOUND, "Green."),
    ]
