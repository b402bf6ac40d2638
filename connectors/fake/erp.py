"""The fake ERP itself, and what the people who work with it do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from connectors.fake.faults import Faults
from connectors.fake.store import Row, Store
from core.clock import utcnow
from core.errors import RuleBroken
from core.money import Money, zero
from core.quantity import Quantity
from core.sync.documents import (
    DocumentState,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Party,
    Payment,
    Product,
    Progress,
    SalesOrder,
    Shipment,
    ShipmentLine,
    StockLevel,
    Tax,
)

WAREHOUSE = "WH"
_DUE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Erp:
    """Sessions of one ERP share it. ``password`` is what a login must bring."""

    store: Store = field(default_factory=Store)
    faults: Faults = field(default_factory=Faults)
    password: str = ""
    #: What it makes of a party it is sent: names in capitals, no second phone number.
    keeps: Callable[[Party], Party] = field(default=lambda party: party)

    def confirm(self, key: str, order: SalesOrder) -> Row[SalesOrder]:
        """Confirming makes the shipment and the invoice, both still to be done by somebody."""
        confirmed = replace(
            order,
            number=key,
            state=DocumentState.CONFIRMED,
            fulfilment=Progress.NONE,
            billing=Progress.NONE,
            tax=self._tax(order),
        )
        self.store.put(f"OUT-{key}", _shipment(confirmed))
        self.store.put(f"INV-{key}", _invoice(confirmed))
        return self.store.put(key, confirmed, reference=order.reference or "")

    def cancel(self, row: Row[SalesOrder]) -> Row[SalesOrder]:
        """The order, its shipment and its invoice; nothing of it was done yet."""
        shipment = self.store.get(Shipment, f"OUT-{row.id}")
        if shipment is not None:
            self.store.put(shipment.id, replace(shipment.body, state=DocumentState.CANCELLED))
        invoice = self.store.get(Invoice, f"INV-{row.id}")
        if invoice is not None:
            self.store.put(invoice.id, replace(invoice.body, state=InvoiceState.CANCELLED))
        cancelled = replace(row.body, state=DocumentState.CANCELLED)
        return self.store.put(row.id, cancelled, reference=row.reference)

    def ship(self, reference: str) -> str:
        """All of the order leaves, and the stock with it."""
        order = self._order(reference)
        shipment = self.store.get(Shipment, f"OUT-{order.id}")
        if shipment is None or shipment.body.state is not DocumentState.DRAFT:
            raise RuleBroken(f"Order {order.id} has nothing left to ship.")
        with self.store.transaction():
            sent = replace(shipment.body, state=DocumentState.CONFIRMED, shipped_on=utcnow().date())
            self.store.put(shipment.id, replace(sent, number=self.store.number("DO")))
            for line in sent.lines:
                self._take(line)
            self._order_is(order, fulfilment=Progress.FULL)
        return f"shipped {shipment.id}"

    def invoice(self, reference: str) -> str:
        order = self._order(reference)
        invoice = self.store.get(Invoice, f"INV-{order.id}")
        if invoice is None or invoice.body.state is not InvoiceState.DRAFT:
            raise RuleBroken(f"Order {order.id} has nothing left to invoice.")
        today = utcnow().date()
        with self.store.transaction():
            issued = replace(
                invoice.body,
                state=InvoiceState.OPEN,
                number=self.store.number("INV"),
                issued_on=today,
                due_on=today + _DUE,
            )
            self.store.put(invoice.id, issued)
            self._order_is(order, billing=Progress.FULL)
        return f"issued invoice {issued.number}"

    def pay(self, reference: str) -> str:
        order = self._order(reference)
        invoice = self.store.get(Invoice, f"INV-{order.id}")
        if invoice is None or invoice.body.state is not InvoiceState.OPEN:
            raise RuleBroken(f"Order {order.id} has no open invoice.")
        owed = invoice.body.open
        payment = Payment(
            company=order.body.company,
            customer=order.body.customer,
            invoice=invoice.id,
            amount=owed,
            paid_on=utcnow().date(),
        )
        with self.store.transaction():
            self.store.put(self.store.number("PAY"), payment)
            paid = replace(invoice.body, state=InvoiceState.PAID, open=zero(owed.currency))
            self.store.put(invoice.id, paid)
        return f"paid {owed.rounded().amount} {owed.currency}"

    def _order(self, reference: str) -> Row[SalesOrder]:
        rows = self.store.referring(SalesOrder, [reference])
        confirmed = [row for row in rows if row.body.state is DocumentState.CONFIRMED]
        if len(confirmed) != 1:
            raise RuleBroken(f"The ERP has {len(confirmed)} confirmed orders {reference}.")
        return confirmed[0]

    def _order_is(
        self,
        row: Row[SalesOrder],
        *,
        fulfilment: Progress | None = None,
        billing: Progress | None = None,
    ) -> None:
        order = replace(
            row.body,
            fulfilment=fulfilment or row.body.fulfilment,
            billing=billing or row.body.billing,
        )
        self.store.put(row.id, order, reference=row.reference)

    def _take(self, line: ShipmentLine) -> None:
        level = self.store.get(StockLevel, f"{line.product}/{WAREHOUSE}")
        if level is None:
            return  # a service
        left = Quantity(level.body.on_hand.amount - line.quantity.amount, level.body.on_hand.uom)
        self.store.put(level.id, replace(level.body, on_hand=left, available=left))

    def _tax(self, order: SalesOrder) -> Money:
        rates = {row.id: row.body.rate for row in self.store.all(Tax)}
        total = zero(order.net.currency)
        for line in order.lines:
            product = self.store.get(Product, line.product)
            taxes = line.taxes or (product.body.taxes if product else ())
            net = (line.unit_price * line.quantity.amount).rounded()
            for tax in taxes:
                total += (net * (rates[tax] / 100)).rounded()
        return total


def _shipment(order: SalesOrder) -> Shipment:
    return Shipment(
        company=order.company,
        order=order.number,
        customer=order.customer,
        lines=tuple(ShipmentLine(product=x.product, quantity=x.quantity) for x in order.lines),
    )


def _invoice(order: SalesOrder) -> Invoice:
    tax = order.tax or zero(order.net.currency)
    return Invoice(
        company=order.company,
        customer=order.customer,
        order=order.number,
        number=None,
        lines=tuple(
            InvoiceLine(
                product=line.product,
                text=line.text,
                quantity=line.quantity,
                net=(line.unit_price * line.quantity.amount).rounded(),
            )
            for line in order.lines
        ),
        net=order.net,
        tax=tax,
        open=order.net + tax,
        state=InvoiceState.DRAFT,
    )
