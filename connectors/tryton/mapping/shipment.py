"""Shipments and returns: two models over there, one document here."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import Row, stamps
from core.sync.documents import DocumentState, Shipment, ShipmentLine

OUT, RETURN = "stock.shipment.out", "stock.shipment.out.return"
#: Both count from one, so the ids of documents say which model they are of.
PREFIX = {OUT: "out-", RETURN: "return-"}
#: The moves across the customer's door, per model; the others are inside the warehouse.
DOOR = {OUT: "outgoing_moves", RETURN: "incoming_moves"}
_STATES = {
    OUT: {
        "shipped": DocumentState.CONFIRMED,
        "done": DocumentState.CONFIRMED,
        "cancelled": DocumentState.CANCELLED,
    },
    RETURN: {
        "received": DocumentState.CONFIRMED,
        "done": DocumentState.CONFIRMED,
        "cancelled": DocumentState.CANCELLED,
    },
}


def names(model: str) -> list[str]:
    door = DOOR[model]
    moves = ("product", "quantity", "unit", "state", "sale.origin")
    head = ["number", "state", "customer", "effective_date", *stamps((door,))]
    return [*head, *(f"{door}.{name}" for name in moves)]


def sales_of(row: Row, model: str) -> list[int]:
    """The sales a shipment delivers, first line first."""
    return list(
        dict.fromkeys(move["sale."]["id"] for move in row[f"{DOOR[model]}."] if move["sale."])
    )


def returned_sales(row: Row) -> list[int]:
    """The sales the goods of a return came from: a return is made by a sale of its own."""
    origins = [(move["sale."] or {}).get("origin") or "" for move in row[f"{DOOR[RETURN]}."]]
    return [
        int(number)
        for model, _, number in (origin.partition(",") for origin in origins)
        if model == "sale.sale"
    ]


def shipment(row: Row, model: str, company: Company, *, shipped: Mapping[int, str]) -> Shipment:
    """``shipped`` is, per sale, the document id of the shipment that brought its goods.

    A return whose shipment is not known has an empty ``returns``, not none.
    """
    sales = sales_of(row, model)
    returns = None
    if model == RETURN:
        known = [shipped[sale] for sale in (*returned_sales(row), *sales) if sale in shipped]
        returns = known[0] if known else ""
    moves = [move for move in row[f"{DOOR[model]}."] if move["state"] != "cancelled"]
    return Shipment(
        company=company.id,
        order=str(sales[0]) if sales else None,
        customer=str(row["customer"]),
        lines=tuple(
            ShipmentLine(
                product=str(move["product"]),
                quantity=company.quantity(move["quantity"], move["unit"]),
            )
            for move in moves
        ),
        state=_STATES[model].get(row["state"], DocumentState.DRAFT),
        number=row["number"],
        shipped_on=row["effective_date"],
        returns=returns,
        extra={"tryton.state": row["state"]},
    )


def ids_of(shipment: str | None) -> list[str]:
    """Document ids of a move's ``shipment``, a reference like ``stock.shipment.out,5``."""
    model, _, number = (shipment or "").partition(",")
    return [f"{PREFIX[model]}{number}"] if model in PREFIX else []
