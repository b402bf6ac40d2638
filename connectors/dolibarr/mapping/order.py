"""Sales orders: ``createOrder`` of the SOAP service out, rows of the REST API back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.dolibarr.mapping.company import PRICE_STEP, Company, long, number, record_id
from connectors.dolibarr.rows import text, version
from connectors.dolibarr.verdicts import Row
from core.sync.documents import DocumentState, Progress, SalesOrder, SalesOrderLine
from core.sync.errors import Rejected
from core.sync.values import Done, Found, Outgoing, Ref

_CANCELLED, _DRAFT, _SHIPPING, _CLOSED = -1, 0, 2, 3
#: What a filter of the REST API can carry and the text column compares as it stands.
_SEARCHABLE = re.compile(r"[A-Za-z0-9._/-]{1,255}")


@dataclass(frozen=True, slots=True)
class Known:
    """Dolibarr's rows of the products in an order, by id: it checks none of them itself."""

    products: Mapping[str, Row]


def struct(item: Outgoing[SalesOrder], known: Known, company: Company) -> dict[str, object]:
    """A draft. A discount sent as such is lost without a word; our prices are net of them."""
    order = item.document
    if order.net.currency != company.currency:
        raise Rejected(f"orders go to Dolibarr in {company.currency}", field="net")
    if not order.lines:
        raise Rejected("Dolibarr would take an order without lines, and validate it", field="lines")
    _one_address(order)
    lines = [_line_struct(line, place, known, company) for place, line in enumerate(order.lines)]
    values: dict[str, object] = {
        "ref_ext": searchable(item.reference),
        "thirdparty_id": record_id(order.customer, field="customer"),
        "status": _DRAFT,
        # A date, never text: '31/11/2026' would be stored as the first of December.
        "date": order.ordered_on,
        "lines": {"line": lines},
    }
    if order.payment_terms:
        values["cond_reglement_id"] = record_id(order.payment_terms, field="payment_terms")
    if order.customer_order:  # ``ref_client`` is ignored
        values["note_public"] = long(order.customer_order, field="customer_order")
    return values


def searchable(reference: str) -> str:
    """A reference we can find again. Raises ``Rejected``."""
    if not is_searchable(reference):
        raise Rejected(f"Dolibarr could not be asked for {reference!r} again", field="reference")
    return reference


def is_searchable(reference: str) -> bool:
    return _SEARCHABLE.fullmatch(reference) is not None


def _one_address(order: SalesOrder) -> None:
    """A third party has one address, which has its id."""
    for name in ("bill_to", "ship_to"):
        if getattr(order, name) not in {None, "", order.customer}:
            words = "Dolibarr ships and bills to the customer's own address"
            raise Rejected(words, field=name)


def _line_struct(
    line: SalesOrderLine, place: int, known: Known, company: Company
) -> dict[str, object]:
    field = f"lines.{place}"
    row = _sold(line, known, field=f"{field}.product")
    if line.unit_price.currency != company.currency:
        raise Rejected(f"not in {company.currency}", field=f"{field}.unit_price")
    price, unit = line.unit_price.amount, company.unit(row.get("fk_unit"))
    if price != price.quantize(PRICE_STEP):
        words = f"{row['ref']}: Dolibarr keeps five decimals of a price, and {price:f} has more"
        raise Rejected(words, field=f"{field}.unit_price")
    if line.quantity.uom != unit:
        words = f"{row['ref']} is sold in {unit} there, not in {line.quantity.uom}"
        raise Rejected(words, field=f"{field}.quantity")
    return {
        "type": int(number(row.get("type"))),
        "desc": long(line.text.strip(), field=f"{field}.text"),  # Dolibarr trims it
        "qty": line.quantity.amount,
        "unitprice": price,
        "vat_rate": _rate(line, field=f"{field}.taxes"),
        "product_id": line.product,
    }


def _sold(line: SalesOrderLine, known: Known, *, field: str) -> Row:
    row = known.products.get(line.product)
    if row is None:
        raise Rejected(f"Dolibarr has no product {line.product}", field=field)
    if text(row, "status") == "0":
        raise Rejected(f"{row['ref']} is not for sale in Dolibarr", field=field)
    return row


def _rate(line: SalesOrderLine, *, field: str) -> str:
    """The rate is the tax over there, and the only one of a line."""
    if len(line.taxes) > 1:
        raise Rejected("Dolibarr takes one rate of tax per line", field=field)
    rate = line.taxes[0] if line.taxes else "0"
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", rate):
        raise Rejected(f"{rate} is no rate of tax", field=field)
    return rate


def state(row: Row) -> DocumentState:
    status = int(number(row["status"]))
    if status == _DRAFT:
        return DocumentState.DRAFT
    return DocumentState.CANCELLED if status == _CANCELLED else DocumentState.CONFIRMED


def is_confirmed(row: Row) -> bool:
    return state(row) is DocumentState.CONFIRMED


def order(row: Row, company: Company) -> SalesOrder:
    return SalesOrder(
        company=company.id,
        customer=text(row, "socid"),
        lines=tuple(_line(line, company) for line in row.get("lines") or ()),
        ordered_on=company.day(row["date"]) or company.moment(row["date_creation"]).date(),
        payment_terms=text(row, "cond_reglement_id") or None,
        customer_order=text(row, "ref_client") or None,
        number=_number(row),
        state=state(row),
        net=company.money(row["total_ht"]),
        tax=company.money(row["total_tva"]),
        reference=text(row, "ref_ext") or None,
        fulfilment=_fulfilment(row),
        billing=Progress.FULL if text(row, "billed") == "1" else Progress.NONE,
    )


def _number(row: Row) -> str | None:
    """A draft has only a provisional one, like ``(PROV7)``."""
    name = text(row, "ref")
    return None if name.startswith("(") else name or None


def _fulfilment(row: Row) -> Progress:
    """Dolibarr closes what is delivered."""
    status = int(number(row["status"]))
    if status == _CLOSED:
        return Progress.FULL
    return Progress.PARTIAL if status == _SHIPPING else Progress.NONE


def _line(row: Row, company: Company) -> SalesOrderLine:
    """A free line has no product: its id is empty."""
    rate = format(number(row.get("tva_tx")), "f")
    return SalesOrderLine(
        product=text(row, "fk_product"),
        quantity=company.quantity(row["qty"], row.get("fk_unit")),
        unit_price=company.money(row["subprice"]),
        text=text(row, "desc"),
        taxes=() if rate == "0" else (rate,),
        net=company.money(row["total_ht"]),
        tax=company.money(row["total_tva"]),
    )


def ref(row: Row, company: Company) -> Ref:
    return Ref(id=text(row, "id"), version=version(row, order(row, company)))


def found(row: Row, company: Company) -> Found:
    return Found(
        reference=text(row, "ref_ext"),
        ref=ref(row, company),
        state=state(row),
        customer=text(row, "socid"),
        net=company.money(row["total_ht"]),
    )


def done(row: Row, company: Company) -> Done:
    return Done(ref=ref(row, company), state=state(row), number=_number(row))
