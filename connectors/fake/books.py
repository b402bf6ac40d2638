"""What the fake ERP's bookkeeper answers: documents of a period, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from connectors.fake.store import Row, Store
from core.money import Money, zero
from core.sync.documents import (
    CreditNote,
    Document,
    DocumentState,
    Invoice,
    InvoiceState,
    Payment,
    SalesOrder,
)
from core.sync.values import Summary

D = TypeVar("D", bound=Document)

#: The business date of a document, by the name of its field.
_DATES: Mapping[type[Document], str] = {
    SalesOrder: "ordered_on",
    Invoice: "issued_on",
    CreditNote: "issued_on",
    Payment: "paid_on",
}
_IDLE = {DocumentState.DRAFT, DocumentState.CANCELLED, InvoiceState.DRAFT, InvoiceState.CANCELLED}
_ALL = 1_000_000


def dated(
    store: Store, kind: type[D], days: tuple[date, date], *, after: str = "", limit: int = _ALL
) -> list[Row[D]]:
    """By id. Kinds without a date have none in any period."""
    return store.dated(kind, _DATES[kind], days, after=after, limit=limit) if kind in _DATES else []


def summarised(store: Store, kind: type[Document], days: tuple[date, date]) -> Summary:
    if kind not in _DATES:
        return Summary(count=len(store.all(kind)), totals=())
    count, totals = 0, dict[str, Money]()
    for row in dated(store, kind, days):
        if getattr(row.body, "state", None) in _IDLE:
            continue
        count += 1
        amount = _amount(row.body)
        before = totals.get(amount.currency, zero(amount.currency))
        totals[amount.currency] = before + amount
    return Summary(count=count, totals=tuple(totals.values()))


def _amount(document: Document) -> Money:
    if isinstance(document, Payment):
        return document.amount
    if isinstance(document, SalesOrder | Invoice | CreditNote):
        return document.net
    raise TypeError(f"{type(document).__name__} has no amount")
