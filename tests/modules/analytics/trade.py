"""Invoices as the ERP reports them, written in bulk; events of them told one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core.actor import system
from core.host import Host
from core.ids import new_id
from core.sync.documents import InvoiceState, PartyKind
from modules.analytics.models import Bought, Month
from modules.analytics.services.facts import count_credit, count_invoice, count_out, refresh
from modules.analytics.services.scoring import score_company
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoiceEvent, InvoiceIssued
from modules.billing.models import Invoice, InvoiceLine
from modules.billing.rules import InvoiceKind
from modules.billing.services.receive import about
from modules.contacts.models import Party

TODAY = date(2026, 11, 20)
Line = tuple[UUID, str]


@dataclass
class Trade:
    host: Host
    company: UUID

    def customers(self, number: int) -> list[UUID]:
        keys = [new_id() for _customer in range(number)]
        with self.host.write(system()) as work:
            work.session.add_all(
                Party(
                    id=key,
                    company_id=self.company,
                    kind=PartyKind.ORGANISATION,
                    name=f"Customer {place:03}",
                )
                for place, key in enumerate(keys)
            )
        return keys

    def bill(
        self,
        customer: UUID,
        on: date,
        *lines: Line,
        kind: InvoiceKind = InvoiceKind.INVOICE,
        state: InvoiceState = InvoiceState.PAID,
        currency: str = "EUR",
        net: str = "",
    ) -> Invoice:
        """Not written yet: see ``write``. Lines are products with their net; two pieces each."""
        total = sum((Decimal(amount) for _product, amount in lines), Decimal(net or "0"))
        return Invoice(
            id=new_id(),
            company_id=self.company,
            customer_id=customer,
            kind=kind,
            number="",
            state=state,
            currency=currency,
            net=total,
            tax=Decimal(),
            open=Decimal(),
            issued_on=on,
            source="Back office",
            lines=[
                InvoiceLine(
                    position=place,
                    product_id=product,
                    text="",
                    quantity=Decimal(2),
                    uom="C62",
                    net=Decimal(amount),
                )
                for place, (product, amount) in enumerate(lines, start=1)
            ],
        )

    def write(self, invoices: Sequence[Invoice]) -> None:
        with self.host.write(system()) as work:
            work.session.add_all(invoices)

    def told(self, event: type[InvoiceEvent], invoice: Invoice) -> None:
        """Bring the facts along as the event's subscriber does."""
        with self.host.write(system()) as work:
            said = about(event, invoice)
            match said:
                case InvoiceIssued():
                    count_invoice(said, work)
                case CreditNoteIssued():
                    count_credit(said, work)
                case InvoiceCancelled():
                    count_out(said, work)
                case _:
                    raise TypeError(said)

    def refresh(self, customers: Sequence[UUID]) -> None:
        with self.host.write(system()) as work:
            refresh(work, customers)

    def score(self, today: date = TODAY) -> None:
        at = datetime.combine(today, time(9), UTC)
        with self.host.write(system(), observed_at=at) as work:
            score_company(work, self.company, today)

    def facts(self) -> list[tuple[object, ...]]:
        """All facts but their keys, in an order of their own."""
        with self.host.read(system()) as work:
            months = select(
                Month.party_id,
                Month.month,
                Month.currency,
                Month.revenue,
                Month.costed,
                Month.cost,
                Month.orders,
                Month.days,
            ).order_by(Month.party_id, Month.month)
            bought = select(
                Bought.party_id,
                Bought.product_id,
                Bought.orders,
                Bought.quantity,
                Bought.revenue,
                Bought.first_on,
                Bought.last_on,
            ).order_by(Bought.party_id, Bought.product_id)
            return [tuple(row) for rows in (months, bought) for row in work.session.execute(rows)]
