"""A service desk with real mail servers: SMTP on one side, IMAP on the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from core.actor import Actor, system
from core.db.moment import database_now
from core.host import Host
from core.jobs.models import StoredJob, WorkerProcess
from core.security.vault import open_vault
from core.sync.inline import InlineContext
from core.work import UnitOfWork
from modules.contacts.rules import PartyFields, PointKind, Role
from modules.contacts.services import add_contact_point, create_party
from modules.service.models import Mailbox, Message, Queue, Ticket
from modules.service.services.mailboxes import add_mailbox
from modules.service.services.settings import first_queue
from modules.service.services.threads import Reply, reply
from tests.core.mail.post_office import Office, office
from tests.fixtures_imap import Account, ImapServer

DESK = "help@tandem.example"
_numbers = count(1)


@pytest.fixture(scope="session")
def smtp() -> Iterator[Office]:
    with office() as found:
        yield found


@dataclass
class Desk:
    host: Host
    company: UUID
    office: Office
    queue_id: UUID

    @property
    def actor(self) -> Actor:
        return system("tests", company=self.company)

    def run(self, name: str, **args: str) -> None:
        """One job at once, as the worker would run it."""
        with self.host.read(self.actor) as work:
            job = work.enabled.jobs[name]
        job.run(InlineContext(self.host, self.actor), args)

    def work_off(self) -> None:
        """Run what waits and is due, until nothing is left."""
        while (found := self._next()) is not None:
            job_id, name, args = found
            self.run(name, **args)
            with self.host.write(self.actor) as work:
                work.session.execute(delete(StoredJob).where(StoredJob.id == job_id))

    def _next(self) -> tuple[UUID, str, dict[str, Any]] | None:
        waiting = select(StoredJob.id, StoredJob.name, StoredJob.args).where(
            StoredJob.state == "waiting",
            StoredJob.run_at <= database_now(),
            StoredJob.name.startswith("service.") | (StoredJob.name == "core.mail.send"),
        )
        with self.host.read(self.actor) as work:
            row = work.session.execute(waiting.order_by(StoredJob.id).limit(1)).one_or_none()
            return None if row is None else (row[0], row[1], row[2])

    def tickets(self) -> list[Ticket]:
        with self.host.read(self.actor) as work:
            return list(work.session.scalars(select(Ticket).order_by(Ticket.number)))

    def thread(self, ticket_id: UUID) -> list[Message]:
        messages = select(Message).where(Message.ticket_id == ticket_id)
        with self.host.read(self.actor) as work:
            return list(work.session.scalars(messages.order_by(Message.at, Message.id)))

    @property
    def sent(self) -> list[EmailMessage]:
        """What the mail server took, in order."""
        return [mail for _recipients, mail in self.office.mails]


@pytest.fixture
def desk(host: Host, company: UUID, smtp: Office) -> Desk:
    smtp.mails.clear()
    smtp.to_recipient = smtp.to_mail = lambda _text: None
    settings = replace(host.settings, smtp_url=smtp.url, public_url="http://tandem.example")
    with_mail = Host(settings, host.database, host.registry)
    with with_mail.write(system("tests", company=company)) as work:
        queue_id = first_queue(work, company).id
        # What the host itself wants to be done is no part of these stories.
        work.session.execute(delete(StoredJob))
        work.session.execute(delete(WorkerProcess))
    return Desk(with_mail, company, smtp, queue_id)


@pytest.fixture
def inbox(desk: Desk, imap: ImapServer) -> Account:
    """The account behind the desk's mailbox, empty."""
    account = imap.account(f"desk{next(_numbers)}")
    values = {
        "name": "Help desk",
        "address": DESK,
        "host": account.host,
        "port": account.port,
        "tls": False,
        "user": account.user,
        "folder": "INBOX",
        "queue_id": desk.queue_id,
    }
    vault = open_vault(desk.host.settings.data_dir)
    with desk.host.write(desk.actor) as work:
        add_mailbox(work, values, secret=account.secret, vault=vault)
    return account


@pytest.fixture
def anna(desk: Desk) -> UUID:
    """A customer who is known by her mail address."""
    with desk.host.write(desk.actor) as work:
        fields: PartyFields = {"name": "Anna Sommer"}
        party = create_party(work, fields, roles=[Role.CUSTOMER])
        add_contact_point(
            work, party.id, {"kind": PointKind.EMAIL, "value": "anna@customer.example"}
        )
        return party.id


def letter(text: str = "The bell is broken.", **headers: str) -> EmailMessage:
    """A mail of Anna's; ``headers`` are named as in Python: ``In_Reply_To``."""
    mail = EmailMessage()
    named = {
        "From": "Anna Sommer <anna@customer.example>",
        "To": DESK,
        "Subject": "Bell",
        "Message-ID": f"<{next(_numbers)}@customer.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in named.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail


def queue_of(work: UnitOfWork, queue_id: UUID) -> Queue:
    return work.session.get_one(Queue, queue_id)


def mailbox_of(desk: Desk) -> Mailbox:
    with desk.host.read(desk.actor) as work:
        return work.session.scalars(select(Mailbox)).one()


def poll(desk: Desk) -> None:
    desk.run("service.poll")
    desk.work_off()
    assert mailbox_of(desk).error == ""


def answer(desk: Desk, ticket_id: UUID, text: str) -> None:
    with desk.host.write(desk.actor) as work:
        reply(work, ticket_id, Reply(text=text))
    desk.work_off()
