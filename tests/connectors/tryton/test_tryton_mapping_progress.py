"""How far a sale is, by what Tryton says of its shipments and invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.tryton.mapping import invoice, order
from core.sync.documents import (
    InvoiceState,
    Progress,
)


def sale(state: str, shipment_state: str, *moved: float | None) -> dict[str, Any]:
    lines = [{"moves_progress": progress} for progress in moved]
    return {"state": state, "shipment_state": shipment_state, "lines.": lines}


@pytest.mark.parametrize(
    ("row", "progress"),
    [
        (sale("draft", "none"), Progress.NONE),
        (sale("processing", "waiting", 0.0), Progress.NONE),
        (sale("processing", "partially shipped", 0.5), Progress.PARTIAL),
        (sale("processing", "sent", 1.0), Progress.FULL),
        (sale("processing", "exception", 0.0), Progress.NONE),
        (sale("processing", "exception", 0.0, 1.0), Progress.PARTIAL),
        (sale("processing", "none", None), Progress.NONE),
        (sale("done", "none", None), Progress.FULL),  # services alone: nothing left to ship
    ],
)
def test_fulfilment(row: dict[str, Any], progress: Progress) -> None:
    assert order.fulfilment(row) is progress


@pytest.mark.parametrize(
    ("net", "parts", "progress"),
    [
        ("100", [], Progress.NONE),
        ("100", [("100", "draft")], Progress.NONE),
        ("100", [("40", "posted"), ("60", "draft")], Progress.PARTIAL),
        ("100", [("40", "paid"), ("60", "posted")], Progress.FULL),
        ("100", [("100", "cancelled")], Progress.NONE),
        ("-50", [("-50", "posted")], Progress.FULL),
        ("100", [("100", None)], Progress.NONE),
    ],
)
def test_billing(net: str, parts: list[tuple[str, str | None]], progress: Progress) -> None:
    invoice_lines = [
        {"amount": Decimal(amount), "invoice.": {"state": state} if state else None}
        for amount, state in parts
    ]
    lines = [{"type": "line", "invoice_lines.": invoice_lines}, {"type": "comment"}]
    assert order.billing({"untaxed_amount": Decimal(net), "lines.": lines}) is progress


@pytest.mark.parametrize(
    ("state", "due", "total", "cancel_move", "expected"),
    [
        ("draft", "0", "120", None, InvoiceState.DRAFT),
        ("validated", "0", "120", None, InvoiceState.DRAFT),
        ("posted", "120", "120", None, InvoiceState.OPEN),
        ("posted", "20", "120", None, InvoiceState.PARTLY_PAID),
        ("posted", "-120", "-120", None, InvoiceState.OPEN),
        ("paid", "0", "120", None, InvoiceState.PAID),
        ("cancelled", "0", "120", None, InvoiceState.CANCELLED),
        ("cancelled", "0", "120", 9, InvoiceState.CREDITED),
    ],
)
def test_invoice_states(
    state: str, *, due: str, total: str, cancel_move: int | None, expected: InvoiceState
) -> None:
    row = {
        "state": state,
        "amount_to_pay": Decimal(due),
        "total_amount": Decimal(total),
        "cancel_move": cancel_move,
    }
    assert invoice.state(row) is expected
