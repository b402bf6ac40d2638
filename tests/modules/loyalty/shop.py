"""A shop over days: what the ERP reports of one customer, told as billing's events tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from core.actor import system
from core.host import Host
from core.sync.documents import InvoiceState
from core.work import UnitOfWork
from modules.billing.events import CreditNoteIssued, InvoicePaid
from modules.billing.models import Invoice, InvoiceLine
from modules.billing.rules import InvoiceKind
from modules.billing.services.receive import about
from modules.loyalty.models import Member, Programme, Reward, Tier
from modules.loyalty.rules.states import VoucherKind
from modules.loyalty.services.checking import sums, wrong_members
from modules.loyalty.services.earning import credit, earn
from modules.loyalty.services.members import member_of
from modules.loyalty.services.passing import pass_time
from modules.loyalty.services.programmes import the_programme

TODAY = date(2026, 3, 2)


@dataclass
class Shop:
    """The programme over days: what the ERP reports, told as its events tell it."""

    host: Host
    company: UUID
    customer: UUID
    today: date = TODAY

    def later(self, *, days: int) -> None:
        self.today += timedelta(days=days)

    def do(self, act: Callable[[UnitOfWork], object]) -> None:
        at = datetime.combine(self.today, time(9), UTC)
        with self.host.write(system("tests"), observed_at=at) as work:
            act(work)

    def paid(self, net: str, *, product: UUID | None = None, customer: UUID | None = None) -> UUID:
        """An invoice over ``net`` and 20 % tax, paid today."""
        made = self.bill(net, product=product, customer=customer)
        self.pay(made)
        return made

    def bill(self, net: str, *, product: UUID | None = None, customer: UUID | None = None) -> UUID:
        amount = Decimal(net)
        invoice = self._invoice(amount, InvoiceKind.INVOICE, customer or self.customer)
        invoice.lines = [
            InvoiceLine(
                position=1, product_id=product, text="", quantity=Decimal(2), uom="C62", net=amount
            )
        ]
        return self._keep(invoice)

    def pay(self, invoice_id: UUID) -> None:
        def tell(work: UnitOfWork) -> None:
            earn(about(InvoicePaid, work.session.get_one(Invoice, invoice_id)), work)

        self.do(tell)

    def credited(self, invoice_id: UUID, net: str, *, note: UUID | None = None) -> UUID:
        """A credit note over ``net`` of the invoice; ``note`` tells of one again."""
        note = note or self.note(net)

        def tell(work: UnitOfWork) -> None:
            told = about(CreditNoteIssued, work.session.get_one(Invoice, note))
            credit(replace(told, credited_id=invoice_id), work)

        self.do(tell)
        return note

    def note(self, net: str) -> UUID:
        """A credit note nobody has been told of yet."""
        return self._keep(self._invoice(Decimal(net), InvoiceKind.CREDIT_NOTE, self.customer))

    def passed(self) -> None:
        """The job of the day, for the one member."""
        if (found := self.member_or_none()) is not None:
            self.do(lambda work: pass_time(work, found.id))

    def member_or_none(self, customer: UUID | None = None) -> Member | None:
        with self.host.read(system()) as work:
            return member_of(work, customer or self.customer)

    @property
    def member(self) -> Member:
        found = self.member_or_none()
        assert found is not None
        return found

    def balances(self) -> dict[str, int]:
        """Sums of the ledger's accounts; fails where they, lots and members disagree."""
        with self.host.read(system()) as work:
            assert wrong_members(work) == []
            found = sums(work, self.company)
        assert sum(found.values()) == 0
        return {name: points for name, points in found.items() if points}

    def reward(self, points: int, value: str = "10", **fields: object) -> UUID:
        made: list[UUID] = []

        def add(work: UnitOfWork) -> None:
            programme = the_programme(work, self.company)
            values: dict[str, object] = {"kind": VoucherKind.AMOUNT, "value": Decimal(value)}
            reward = Reward(
                company_id=self.company,
                programme_id=programme.id,
                name=f"{value} off",
                points=points,
                **(values | fields),
            )
            work.session.add(reward)
            work.session.flush()
            made.append(reward.id)

        self.do(add)
        return made[0]

    def tier(self, name: str, threshold: int, **fields: object) -> UUID:
        made: list[UUID] = []

        def add(work: UnitOfWork) -> None:
            programme = the_programme(work, self.company)
            tier = Tier(
                company_id=self.company,
                programme_id=programme.id,
                name=name,
                threshold=threshold,
                **fields,
            )
            work.session.add(tier)
            work.session.flush()
            made.append(tier.id)

        self.do(add)
        return made[0]

    def change(self, **fields: object) -> None:
        def put(work: UnitOfWork) -> None:
            programme: Programme = the_programme(work, self.company)
            for name, value in fields.items():
                setattr(programme, name, value)

        self.do(put)

    def _invoice(self, net: Decimal, kind: InvoiceKind, customer: UUID) -> Invoice:
        return Invoice(
            company_id=self.company,
            customer_id=customer,
            kind=kind,
            number=f"{kind}-{net}",
            state=InvoiceState.PAID,
            currency="EUR",
            net=net,
            tax=net / 5,
            open=Decimal(),
            issued_on=self.today,
            source="Back office",
            lines=[],
        )

    def _keep(self, invoice: Invoice) -> UUID:
        self.do(lambda work: work.session.add(invoice))
        return invoice.id
