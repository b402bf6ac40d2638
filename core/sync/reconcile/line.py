"""One record as a statement sees it, ours or the ERP's: what is compared, and nothing else.

Both sides become the same ``Line``, so that a difference is one of facts and never of notation.
Business dates are the ERP's own, as it writes them: a date has no zone and is never converted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from core.money import Money
from core.sync.documents import (
    CreditNote,
    Document,
    DocumentState,
    Invoice,
    Party,
    Payment,
    SalesOrder,
    StockLevel,
)
from core.sync.values import Seen

#: Binds nobody: it is in no sum, and missing it is no difference.
IDLE = frozenset({DocumentState.DRAFT.value, DocumentState.CANCELLED.value, "archived"})


#: What is digested of a line: key, day, unit, net, total, state, number, words.
Facts = tuple[str, date | None, str | None, Decimal | None, Decimal | None, str, str | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``None`` is what that side does not say, and is not compared.

    ``key`` pairs the sides: the ERP's id of the record, or of product and warehouse. '' is a record
    of ours the ERP has never answered for.
    """

    key: str
    day: date | None
    #: Currency, or unit of measure.
    unit: str | None
    net: Decimal | None
    total: Decimal | None
    state: str
    number: str | None
    #: Further fields as one text: name and tax id of a party.
    words: str
    #: What people call it.
    name: str
    #: Ours, minted once, as this side holds it.
    reference: str = ""
    local_id: UUID | None = None
    #: The ERP's id of the record itself, where ``key`` is not it.
    record: str = ""

    @property
    def erp_id(self) -> str | None:
        return self.record or self.key or None

    @property
    def counts(self) -> bool:
        return self.state not in IDLE

    @property
    def facts(self) -> Facts:
        amounts = (self.unit, self.net, self.total)
        return (self.key, self.day, *amounts, self.state, self.number, self.words)


def digest(facts: Facts) -> int:
    """Equal for equal facts, whatever notation they came in."""
    key, day, unit, net, total, state, number, words = facts
    text = (
        f"{key}\x1f{day or ''}\x1f{unit or ''}\x1f{plain(net)}\x1f{plain(total)}"
        f"\x1f{state}\x1f{number or ''}\x1f{words}"
    )
    return int.from_bytes(sha256(text.encode()).digest())


def plain(amount: Decimal | None) -> str:
    """Exact, without exponent and without zeros at the end: 10.5 for 10.5000."""
    if amount is None:
        return ""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def line_of(seen: Seen[Any]) -> Line:
    """The ERP's record, whose body is there. Raise KeyError for a kind no statement knows."""
    document: Any = seen.body
    facts = _FACTS[type(document)](document)
    facts.setdefault("key", seen.ref.id)
    facts["record"] = seen.ref.id
    facts["name"] = facts.get("number") or facts["name"] or f"#{seen.ref.id}"
    return Line(reference=seen.reference or "", **facts)


def _order(order: SalesOrder) -> dict[str, Any]:
    return {
        "day": order.ordered_on,
        **_money(order.net, order.tax),
        "state": order.state.value,
        "number": order.number,
    }


def _issued(document: Invoice | CreditNote) -> dict[str, Any]:
    return {
        "day": document.issued_on,
        **_money(document.net, document.tax),
        "state": document.state.value,
        "number": document.number,
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "day": payment.paid_on,
        **_money(payment.amount, None),
        "state": DocumentState.CONFIRMED.value,
        "number": None,
    }


def _level(level: StockLevel) -> dict[str, Any]:
    return {
        "key": f"{level.product}/{level.warehouse}",
        "day": None,
        "unit": level.on_hand.uom,
        "net": level.on_hand.amount,
        "total": level.available.amount if level.available else None,
        "state": "",
        "number": None,
        "words": "",
        "name": f"{level.product} @ {level.warehouse}",
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "day": None,
        "unit": None,
        "net": None,
        "total": None,
        "state": "active" if party.active else "archived",
        "number": party.number,
        "words": f"{party.name} · {party.tax_id or ''}",
        "name": party.name,
    }


def _money(net: Money, tax: Money | None) -> dict[str, Any]:
    total = None if tax is None else net.amount + tax.amount
    return {"unit": net.currency, "net": net.amount, "total": total, "words": "", "name": ""}


_FACTS: Mapping[type[Document], Callable[[Any], dict[str, Any]]] = {
    SalesOrder: _order,
    Invoice: _issued,
    CreditNote: _issued,
    Payment: _payment,
    StockLevel: _level,
    Party: _party,
}
