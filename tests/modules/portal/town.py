"""Two customers of one shop, each with something in every section, and their browsers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.actor import system
from core.clock import utcnow
from core.companies import Company
from core.host import Host
from core.mail.models import PostedMail
from core.sync.documents import InvoiceState, PartyKind
from modules.billing.models import Invoice, InvoiceLine
from modules.billing.rules import InvoiceKind
from modules.contacts.rules import Role
from modules.contacts.services import create_party
from modules.loyalty.services.earning import give
from modules.loyalty.services.members import enrol
from modules.loyalty.services.programmes import set_up
from modules.marketing.models import Purpose
from modules.portal.services.accounts import Letterhead, invite
from modules.sales.services.orders import confirm_order, draft_order
from modules.sales.services.wishes import LineWish, OrderWish
from modules.service.rules.states import Channel, Direction
from modules.service.services.settings import first_queue
from modules.service.services.threads import Entry, add_entry, add_note
from modules.service.services.tickets import NewTicket, open_ticket
from tests.modules.sales.quoting import sent, wish_for

PASSWORD = "a few easy words"
_SECRET = r'name="csrf_token" value="([^"]+)"'
LETTERHEAD = Letterhead(sender="shop@example.com", base="http://shop.example")


@dataclass
class Town:
    host: Host
    app: Flask
    company: UUID

    def party(self, name: str) -> UUID:
        with self.host.write(system(company=self.company)) as work:
            fields = {"name": name, "kind": PartyKind.ORGANISATION}
            return create_party(work, fields, roles=[Role.CUSTOMER]).id  # type: ignore[arg-type]  # the two that are asked for

    def invited(self, party_id: UUID, email: str) -> str:
        """The secret of the link the mail brought."""
        with self.host.write(system(company=self.company)) as work:
            invite(work, party_id, email=email, name="Ada Lovelace", letterhead=LETTERHEAD)
        return self.mailed(email)

    def mailed(self, email: str) -> str:
        with self.host.read(system()) as work:
            mails = work.session.scalars(select(PostedMail).order_by(PostedMail.id.desc()))
            text = next(mail.text for mail in mails if email in mail.recipients)
        found = re.search(r"/portal/invitation/(\S+)", text)
        assert found
        return found[1]

    def signed_in(self, party_id: UUID, email: str) -> FlaskClient:
        client = self.app.test_client()
        secret = self.invited(party_id, email)
        answer = post(client, f"/portal/invitation/{secret}", password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return client

    def furnish(self, party_id: UUID, email: str) -> dict[str, UUID]:
        """One record per section, and things of the party that are not for its eyes."""
        offer, _link = sent(self.host, wish_for(party_id))
        with self.host.write(system(company=self.company)) as work:
            wheels = LineWish(sku="W001", quantity=Decimal(2))
            wish = OrderWish(customer_id=party_id, currency="EUR", lines=(wheels,))
            order, _is_new = draft_order(work, wish)
            confirm_order(work, order.id)
            draft_order(work, wish)
            invoice = self._invoice(party_id)
            work.session.add(invoice)
            new = NewTicket(
                subject="The bell is silent",
                queue_id=first_queue(work, self.company).id,
                channel=Channel.PORTAL,
                party_id=party_id,
                email=email,
            )
            ticket, _is_new = open_ticket(work, self.company, new)
            said = Entry(direction=Direction.INBOUND, text="It does not ring.", author="Ada")
            add_entry(work, ticket, said)
            add_note(work, ticket.id, "They always say that")
            set_up(work, work.session.get_one(Company, self.company))
            member = enrol(work, party_id)
            give(work, member.id, 120, key=f"test:{party_id}", reason="a test")
            return {
                "quotations": offer,
                "orders": order.id,
                "invoices": invoice.id,
                "tickets": ticket.id,
            }

    def purpose(self) -> UUID:
        with self.host.write(system()) as work:
            found = Purpose(
                company_id=self.company,
                key="letter",
                title="Our letter",
                wording="Write to me about new bicycles.",
                double_opt_in=False,
            )
            work.session.add(found)
            work.session.flush()
            return found.id

    def _invoice(self, party_id: UUID) -> Invoice:
        line = InvoiceLine(
            position=1, text="Wheel", quantity=Decimal(2), uom="C62", net=Decimal(20)
        )
        return Invoice(
            company_id=self.company,
            customer_id=party_id,
            kind=InvoiceKind.INVOICE,
            number=f"INV-{party_id.hex[-4:]}",
            state=InvoiceState.OPEN,
            currency="EUR",
            net=Decimal(20),
            tax=Decimal(4),
            open=Decimal(24),
            issued_on=utcnow().date(),
            source="Back office",
            lines=[line],
        )


def post(client: FlaskClient, address: str, **form: object) -> TestResponse:
    """As the page's own form does: with the secret it bears."""
    found = re.search(_SECRET, client.get(address).text)
    found = found or re.search(_SECRET, client.get("/portal/forgotten").text)
    assert found
    return client.post(address, data={"csrf_token": found[1], **form})
