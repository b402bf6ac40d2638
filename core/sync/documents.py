"""Documents: the typed values that modules and connectors share, free of either's field names.

Every id in a document is the ERP's own, as a string; a module's ``erp.py`` translates through the
bindings, so no connector ever sees one of ours. Amounts are net unless the name says otherwise.
``None`` means the ERP did not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.money import Money
from core.quantity import Quantity

#: Fields only one side knows, as ``namespace.name``: ``{"tryton.comment": "call first"}``.
Extra = Mapping[str, str | int | bool | None]


class DocumentState(StrEnum):
    """As far as the engine cares: shipped or invoiced is still ``CONFIRMED``."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Progress(StrEnum):
    """How far an order is shipped, or invoiced."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class InvoiceState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    CREDITED = "credited"
    CANCELLED = "cancelled"


class PartyKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``company`` is the ERP's company; the connection says which of ours it is."""

    company: str
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    id: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""  #: ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    kind: str  #: email, phone, mobile, website or other
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Document):
    name: str
    kind: PartyKind | None = None
    number: str | None = None
    tax_id: str | None = None
    addresses: tuple[Address, ...] = ()
    contact_points: tuple[ContactPoint, ...] = ()
    active: bool = True  #: False is archived, which is not deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Document):
    sku: str
    name: str
    uom: str  #: UN/ECE code of the unit it is sold in
    active: bool = True
    description: str = ""
    unit_price: Money | None = None  #: list price per ``uom``, before tax
    taxes: tuple[str, ...] = ()  #: ids of the taxes a sale of it carries by default
    stocked: bool = True  #: False is a service: it has no stock level
    quantity_places: int | None = None  #: decimals the ERP takes in a quantity of ``uom``


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax(Document):
    name: str
    rate: Decimal  #: per cent of the net amount: ``Decimal("20")``
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """A price of its own per unit, or per cent off the list price."""

    product: str | None = None  #: None: every product
    minimum: Decimal = Decimal()  #: from this quantity on
    unit_price: Money | None = None
    discount: Decimal | None = None
    valid_from: date | None = None
    valid_until: date | None = None  #: last day, included


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList(Document):
    name: str
    currency: str
    rules: tuple[PriceRule, ...] = ()
    customers: tuple[str, ...] = ()  #: ids of the parties whose list it is
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel(Document):
    product: str
    warehouse: str
    on_hand: Quantity
    #: On hand less what is promised to others, plus what is due in; may be negative.
    available: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditStatus(Document):
    party: str
    limit: Money | None
    used: Money
    overdue: Money
    on_hold: bool  #: the ERP would not ship to them now


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrderLine:
    product: str
    quantity: Quantity
    unit_price: Money  #: after discount, before tax, per ``quantity.uom``
    text: str = ""
    taxes: tuple[str, ...] = ()
    net: Money | None = None  #: like ``tax``, as the ERP computed it
    tax: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrder(Document):
    customer: str
    lines: tuple[SalesOrderLine, ...]
    net: Money  #: ours when it leaves, the ERP's when it comes
    ordered_on: date
    bill_to: str | None = None
    ship_to: str | None = None
    payment_terms: str | None = None
    customer_order: str | None = None  #: the customer's own number
    number: str | None = None
    state: DocumentState = DocumentState.DRAFT
    tax: Money | None = None
    reference: str | None = None  #: ours, when it came from us
    fulfilment: Progress | None = None
    billing: Progress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentLine:
    product: str
    quantity: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment(Document):
    """Goods that left; with ``returns`` set, goods that came back from that shipment."""

    order: str | None
    customer: str
    lines: tuple[ShipmentLine, ...]
    state: DocumentState = DocumentState.DRAFT  #: ``CONFIRMED`` is gone out of the door
    number: str | None = None
    shipped_on: date | None = None
    tracking: str | None = None
    returns: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    product: str | None
    text: str
    quantity: Quantity
    net: Money
    tax: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Document):
    customer: str
    order: str | None
    number: str | None
    lines: tuple[InvoiceLine, ...]
    net: Money
    tax: Money
    open: Money  #: tax included; zero is settled, by money or by a credit note
    state: InvoiceState
    issued_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Document):
    """Money that arrived. Negative: money paid back."""

    customer: str
    invoice: str | None
    amount: Money
    paid_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Document):
    customer: str
    invoice: str | None
    number: str | None
    net: Money  #: positive lowers what the customer owes
    tax: Money
    state: InvoiceState
    order: str | None = None
    issued_on: date | None = None
