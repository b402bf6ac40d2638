"""What the ERP's own people would do with an order: ship it, bill it, take the money.

By the same API their screens use. Every step reads back what it did, since a button over there
answers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.tryton.client import Rpc
from connectors.tryton.rows import Row, search
from core.clock import utcnow
from core.errors import NotFound, RuleBroken

SALE, SHIPMENT, INVOICE = "sale.sale", "stock.shipment.out", "account.invoice"
PAY = "wizard.account.invoice.pay"
#: The state each button leaves from. ``assign_try`` says nothing when the stock is short.
_STEPS = (
    ("draft", "wait"),
    ("waiting", "assign_try"),
    ("assigned", "pick"),
    ("picked", "pack"),
    ("packed", "do"),
    ("shipped", "do"),
)


@dataclass(frozen=True, slots=True)
class People:
    rpc: Rpc

    def ship(self, reference: str) -> str:
        """Every open shipment of the order. Raises ``RuleBroken`` when the stock is short."""
        numbers = self._sale(reference)["shipments"]
        shipments = self._rows(SHIPMENT, numbers, ["number", "state"])
        still = [row for row in shipments if row["state"] not in {"done", "cancelled"}]
        for row in still:
            self._ship(row)
        return _told("shipped", still) or f"nothing of {reference} is left to ship"

    def invoice(self, reference: str) -> str:
        numbers = self._sale(reference)["invoices"]
        drafts = [
            row["id"]
            for row in self._rows(INVOICE, numbers, ["state"])
            if row["state"] in {"draft", "validated"}
        ]
        if drafts:
            self.rpc.call(INVOICE, "post", drafts)
        posted = self._rows(INVOICE, drafts, ["number", "state"])
        return _told("invoiced", posted) or f"nothing of {reference} is left to invoice"

    def pay(self, reference: str) -> str:
        numbers = self._sale(reference)["invoices"]
        open_ = [
            row
            for row in self._rows(INVOICE, numbers, ["number", "state"])
            if row["state"] == "posted"
        ]
        for row in open_:
            self._pay(row["id"])
        return _told("paid", open_) or f"nothing of {reference} is left to pay"

    def _sale(self, reference: str) -> Row:
        """The confirmed one, should a stray draft bear the reference too."""
        domain: list[object] = [["reference", "=", reference], ["state", "!=", "cancelled"]]
        names = ["state", "shipments", "invoices"]
        sales = search(self.rpc, SALE, domain, names=names)
        started = [row for row in sales if row["state"] in {"processing", "done"}]
        if not sales:
            raise NotFound(f"Tryton has no sale with the reference {reference}")
        if len(started) != 1:
            raise RuleBroken(f"Tryton has {len(started)} confirmed sales for {reference}, not one")
        return started[0]

    def _ship(self, row: Row) -> None:
        state = row["state"]
        for before, button in _STEPS:
            if state != before:
                continue
            self.rpc.call(SHIPMENT, button, [row["id"]])
            (now,) = self._rows(SHIPMENT, [row["id"]], ["state"])
            if now["state"] == state:
                raise RuleBroken(f"shipment {row['number']} stays {state}: the stock is short")
            state = now["state"]

    def _pay(self, number: int) -> None:
        """The whole open amount, by the wizard a person would click through."""
        context: dict[str, object] = {
            "active_model": INVOICE,
            "active_id": number,
            "active_ids": [number],
        }
        (session, *_states) = self.rpc.request(f"{PAY}.create", context=context)
        try:
            form = self._wizard(session, {}, "start", context)["view"]["defaults"]
            given = {name: value for name, value in form.items() if not name.endswith(".")}
            given |= {"payment_method": self._method(), "date": _today()}
            answer = self._wizard(session, {"start": given}, "choice", context)
        finally:
            self.rpc.request(f"{PAY}.delete", session)
        (after,) = self._rows(INVOICE, [number], ["number", "state"])
        if after["state"] != "paid":
            raise RuleBroken(f"invoice {after['number']} is {after['state']}, not paid: {answer}")

    def _wizard(
        self, session: int, data: object, state: str, context: dict[str, object]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = self.rpc.request(
            f"{PAY}.execute", session, data, state, context=context
        )
        return answer

    def _method(self) -> int:
        methods = search(self.rpc, "account.invoice.payment.method", [], names=["name"])
        if not methods:
            raise RuleBroken("Tryton has no way to take a payment")
        return int(methods[0]["id"])

    def _rows(self, model: str, ids: Sequence[int], names: Sequence[str]) -> list[Row]:
        return search(self.rpc, model, [["id", "in", list(ids)]], names=names) if ids else []


def _told(verb: str, rows: Sequence[Row]) -> str:
    return f"{verb} {', '.join(str(row['number']) for row in rows)}" if rows else ""


def _today() -> date:
    return utcnow().date()
