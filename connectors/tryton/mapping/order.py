"""Sales orders: ``sale.sale`` and its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.tryton.mapping.company import Company
from connectors.tryton.mapping.product import PRICE_STEP
from connectors.tryton.rows import Row, stamps, version
from core.money import Money
from core.sync.documents import DocumentState, Progress, SalesOrder, SalesOrderLine
from core.sync.errors import Rejected
from core.sync.values import Done, Found, Outgoing, Ref

#: Over JSON-RPC ``confirm`` ends in ``processing``: invoice and shipment exist by then.
STATES = {
    "draft": DocumentState.DRAFT,
    "quotation": DocumentState.DRAFT,
    "confirmed": DocumentState.CONFIRMED,
    "processing": DocumentState.CONFIRMED,
    "done": DocumentState.CONFIRMED,
    "cancelled": DocumentState.CANCELLED,
}
#: Of ``STATES``, those that bind nobody.
IDLE = tuple(state for state, ours in STATES.items() if ours is not DocumentState.CONFIRMED)
PARTS = ("lines",)
HEAD = ["reference", "number", "state", "party", "untaxed_amount", "currency.code", *stamps(PARTS)]
_LINE = (
    "type",
    "product",
    "quantity",
    "unit",
    "unit_price",
    "description",
    "taxes",
    "amount",
    "moves_progress",
    "invoice_lines.amount",
    "invoice_lines.invoice.state",
)
NAMES = [
    *HEAD,
    "tax_amount",
    "sale_date",
    "quotation_date",
    "create_date",
    "shipment_state",
    "invoice_state",
    "invoice_address",
    "shipment_address",
    "payment_term",
    *(f"lines.{name}" for name in _LINE),
]
CUSTOMER_NAMES = ["name", "active", "customer_payment_term", "addresses.active"]
CUSTOMER_NAMES += ["addresses.invoice", "addresses.delivery"]
PRODUCT_NAMES = ["rec_name", "active", "template.active", "template.salable"]
PRODUCT_NAMES += ["template.default_uom"]


@dataclass(frozen=True, slots=True)
class Known:
    """What Tryton knows of the customers and products in a batch of orders, by id."""

    customers: Mapping[str, Row]
    products: Mapping[str, Row]


def values(item: Outgoing[SalesOrder], known: Known, company: Company) -> dict[str, object]:
    """RPC runs no on_change, so everything a quotation needs is given here.

    Nor does SQLite check foreign keys: a customer or product that is not there would be stored.
    """
    order = item.document
    if order.net.currency != company.currency:
        raise Rejected(f"orders go to Tryton in {company.currency}", field="net")
    customer = _customer(order.customer, known)
    terms = _id(order.payment_terms, field="payment_terms") or customer["customer_payment_term"]
    lines = [
        _line_values(line, f"lines.{place}", known, company)
        for place, line in enumerate(order.lines)
    ]
    return {
        "reference": item.reference,
        "company": int(company.id),
        "currency": company.currency_id,
        "party": int(order.customer),
        "warehouse": company.warehouse,
        "sale_date": order.ordered_on,
        "description": order.customer_order or "",
        "invoice_address": _address(order.bill_to, customer, kind="invoice", field="bill_to"),
        "shipment_address": _address(order.ship_to, customer, kind="delivery", field="ship_to"),
        "payment_term": terms,
        "lines": [["create", lines]],
    }


def _customer(customer: str, known: Known) -> Row:
    row = known.customers.get(customer)
    if row is None:
        raise Rejected(f"Tryton knows no party {customer}", field="customer")
    if not row["active"]:
        raise Rejected(f"the party {row['name']} is archived in Tryton", field="customer")
    return row


def _address(wanted: str | None, customer: Row, *, kind: str, field: str) -> int:
    """The address asked for, else the first one meant for this, else the first."""
    usable = [address for address in customer["addresses."] if address["active"]]
    if wanted:
        if wanted not in {str(address["id"]) for address in usable}:
            raise Rejected(f"{customer['name']} has no address {wanted} in Tryton", field=field)
        return int(wanted)
    if not usable:
        raise Rejected(f"the party {customer['name']} has no address in Tryton", field=field)
    meant = [address for address in usable if address[kind]]
    return int((meant or usable)[0]["id"])


def _line_values(
    line: SalesOrderLine, place: str, known: Known, company: Company
) -> dict[str, object]:
    name = _product_name(line, place, known)
    if line.unit_price.currency != company.currency:
        raise Rejected(f"{name}: not in {company.currency}", field=f"{place}.unit_price")
    price = line.unit_price.amount
    if price != price.quantize(PRICE_STEP):
        message = f"{name}: Tryton keeps four decimals of a price, and {price:f} has more"
        raise Rejected(message, field=f"{place}.unit_price")
    unit = company.unit_id(line.quantity.uom, field=f"{place}.quantity")
    _check_quantity(line, unit, place, known, company)
    return {
        "type": "line",
        "product": int(line.product),
        "description": line.text or None,
        "quantity": float(line.quantity.amount),  # a plain float over there
        "unit": unit,
        "unit_price": price.quantize(PRICE_STEP),
        "taxes": [["add", [_id(tax, field=f"{place}.taxes") for tax in line.taxes]]],
    }


def _product_name(line: SalesOrderLine, place: str, known: Known) -> str:
    row = known.products.get(line.product)
    if row is None:
        raise Rejected(f"Tryton knows no product {line.product}", field=f"{place}.product")
    name = str(row["rec_name"])
    if not (row["active"] and row["template."]["active"]):
        raise Rejected(f"{name} is archived in Tryton", field=f"{place}.product")
    if not row["template."]["salable"]:
        raise Rejected(f"{name} may not be sold in Tryton", field=f"{place}.product")
    return name


def _check_quantity(
    line: SalesOrderLine, unit: int, place: str, known: Known, company: Company
) -> None:
    """Kilograms of what is counted in pieces would be stored over there, and fail later."""
    row = known.products[line.product]
    own = company.unit(row["template."]["default_uom"])
    amount, digits = line.quantity.amount, company.units[unit].digits
    if own is not None and company.units[unit].category != own.category:
        message = f"{row['rec_name']} is kept in {own.code}, not in {line.quantity.uom}"
        raise Rejected(message, field=f"{place}.quantity")
    if amount != round(amount, digits):
        message = f"{row['rec_name']}: Tryton keeps {digits} decimals of {line.quantity.uom}"
        raise Rejected(message, field=f"{place}.quantity")


def _id(value: str | None, *, field: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise Rejected(f"{value} is no id of Tryton's", field=field)
    return int(value)


def order(row: Row, company: Company) -> SalesOrder:
    currency = row["currency."]["code"]
    return SalesOrder(
        company=company.id,
        customer=str(row["party"]),
        lines=tuple(
            _line(line, currency, company) for line in row["lines."] if line["type"] == "line"
        ),
        net=Money(row["untaxed_amount"], currency),
        tax=Money(row["tax_amount"], currency),
        ordered_on=_ordered_on(row),
        bill_to=_text(row["invoice_address"]),
        ship_to=_text(row["shipment_address"]),
        payment_terms=_text(row["payment_term"]),
        number=row["number"],
        state=STATES[row["state"]],
        reference=row["reference"],
        fulfilment=fulfilment(row),
        billing=billing(row),
        extra={
            "tryton.shipment_state": row["shipment_state"],
            "tryton.invoice_state": row["invoice_state"],
        },
    )


def _ordered_on(row: Row) -> date:
    """A draft has no date yet, except the day it was made."""
    day: date = row["sale_date"] or row["quotation_date"] or row["create_date"].date()
    return day


def _line(line: Row, currency: str, company: Company) -> SalesOrderLine:
    """A line of text with a price, without a product, is allowed over there: its id is empty."""
    return SalesOrderLine(
        product=_text(line["product"]) or "",
        quantity=company.quantity(line["quantity"], line["unit"]),
        unit_price=Money(line["unit_price"] or Decimal(0), currency),
        text=line["description"] or "",
        taxes=tuple(str(tax) for tax in line["taxes"]),
        net=Money(line["amount"] or Decimal(0), currency),
    )


def fulfilment(row: Row) -> Progress:
    """``sent`` is full. An exception (a cancelled move) hides how far it got, so lines tell.

    An order of services alone never ships: when it is done, nothing is left to ship.
    """
    state = row["shipment_state"]
    if state == "sent" or (state == "none" and row["state"] == "done"):
        return Progress.FULL
    if state == "partially shipped":
        return Progress.PARTIAL
    moved = any(line["moves_progress"] for line in row["lines."])
    return Progress.PARTIAL if state == "exception" and moved else Progress.NONE


def billing(row: Row) -> Progress:
    """By the net amount on issued invoices: Tryton's ``invoice_state`` is about payment.

    Only this sale's lines count: an invoice may cover several sales.
    """
    lines = [line for line in row["lines."] if line["type"] == "line"]
    issued = sum(
        (
            part["amount"] or Decimal(0)
            for line in lines
            for part in line["invoice_lines."]
            if (part["invoice."] or {}).get("state") in {"posted", "paid"}
        ),
        Decimal(0),
    )
    net = row["untaxed_amount"]
    if not issued:
        return Progress.NONE
    return Progress.FULL if abs(issued) >= abs(net) else Progress.PARTIAL


def found(row: Row) -> Found:
    return Found(
        reference=row["reference"],
        ref=ref(row),
        state=STATES[row["state"]],
        customer=str(row["party"]),
        net=Money(row["untaxed_amount"], row["currency."]["code"]),
    )


def done(row: Row) -> Done:
    return Done(ref=ref(row), state=STATES[row["state"]], number=row["number"])


def ref(row: Row) -> Ref:
    return Ref(id=str(row["id"]), version=version(row, PARTS))


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
