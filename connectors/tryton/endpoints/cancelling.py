"""Cancelling a sale: by its button while it is an offer, by its parts once it is processing.

Tryton cancels no sale that is processing. What its people do there is cancel the shipment and the
invoice and tell the sale to go without them; it is ``done`` then, with nothing shipped or billed,
which ``ended`` recognises. Each step looks at the state first, so that a second try goes on where
an earlier one stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.tryton.client import Rpc
from connectors.tryton.rows import Row, numbers, search
from core.sync.errors import NotFound, Rejected
from core.sync.values import Ref

SALE, SHIPMENT, INVOICE = "sale.sale", "stock.shipment.out", "account.invoice"
_NAMES = ["number", "state", "shipments", "invoices", "moves"]
#: Nobody in the warehouse has begun with these.
_UNTOUCHED = frozenset({"draft", "waiting", "assigned", "cancelled"})
_UNISSUED = frozenset({"draft", "validated", "cancelled"})


def cancel_sale(rpc: Rpc, ref: Ref, *, company: int) -> None:
    """Raise ``Rejected`` for what is being packed, shipped or billed; cancelled already is well."""
    domain = [["company", "=", company], ["id", "in", numbers([ref.id])]]
    rows = search(rpc, SALE, domain, names=_NAMES)
    if not rows:
        raise NotFound(f"sale {ref.id}")
    (sale,) = rows
    if sale["state"] in {"draft", "quotation"}:
        rpc.call(SALE, "cancel", [sale["id"]])
    elif sale["state"] in {"confirmed", "processing"}:
        _without_its_parts(rpc, sale)


def ended(rpc: Rpc, rows: Iterable[Row]) -> set[int]:
    """Sales that are done and of which nothing was shipped or billed, though it was to be."""
    done = [row["id"] for row in rows if row["state"] == "done"]
    if not done:
        return set()
    parts = ["OR", [["moves", "!=", None]], [["invoices", "!=", None]]]
    nothing = [["shipment_state", "=", "none"], ["invoice_state", "=", "none"]]
    found = search(rpc, SALE, [["id", "in", done], *nothing, parts], names=["id"])
    return {int(row["id"]) for row in found}


def _without_its_parts(rpc: Rpc, sale: Row) -> None:
    name = sale["number"] or sale["id"]
    shipments = _states(rpc, SHIPMENT, sale["shipments"])
    invoices = _states(rpc, INVOICE, sale["invoices"])
    if "done" in shipments.values():
        raise Rejected(f"sale {name} is shipped already in Tryton")
    if set(shipments.values()) - _UNTOUCHED:
        raise Rejected(f"sale {name} is being packed in Tryton")
    if set(invoices.values()) - _UNISSUED:
        raise Rejected(f"sale {name} is invoiced already in Tryton")
    _cancel(rpc, SHIPMENT, shipments)
    _cancel(rpc, INVOICE, invoices)
    # The wizards ask what to do about what was cancelled: go without it.
    _go_without(rpc, sale, "shipment", "moves")
    _go_without(rpc, sale, "invoice", "invoices")


def _states(rpc: Rpc, model: str, ids: list[int]) -> dict[int, str]:
    rows = search(rpc, model, [["id", "in", ids]], names=["state"]) if ids else []
    return {row["id"]: row["state"] for row in rows}


def _cancel(rpc: Rpc, model: str, states: dict[int, str]) -> None:
    if open_ones := [number for number, state in states.items() if state != "cancelled"]:
        rpc.call(model, "cancel", open_ones)


def _go_without(rpc: Rpc, sale: Row, part: str, noun: str) -> None:
    wizard = f"wizard.sale.handle.{part}.exception"
    context: dict[str, object] = {
        "active_model": SALE,
        "active_id": sale["id"],
        "active_ids": [sale["id"]],
    }
    session = rpc.request(f"{wizard}.create", context=context)[0]
    asked = rpc.request(f"{wizard}.execute", session, {}, "ask", context=context)
    cancelled: list[Any] = asked["view"]["defaults"][f"domain_{noun}"]
    if cancelled:
        given = {f"domain_{noun}": cancelled, f"ignore_{noun}": cancelled, f"recreate_{noun}": []}
        rpc.request(f"{wizard}.execute", session, {"ask": given}, "handle", context=context)
    rpc.request(f"{wizard}.delete", session)
