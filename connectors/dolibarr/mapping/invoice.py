"""Invoices, credit notes and payments: rows of the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from connectors.dolibarr.mapping.company import Company, number
from connectors.dolibarr.rows import text, version
from connectors.dolibarr.verdicts import Row
from core.money import Money
from core.sync.documents import CreditNote, Invoice, InvoiceLine, InvoiceState, Payment
from core.sync.values import Ref, Seen

_CREDIT = "2"
_DRAFT, _CLOSED, _ABANDONED = 0, 2, 3
PAYMENT_SIGN = ":"


def is_credit(row: Row) -> bool:
    return text(row, "type") == _CREDIT


def invoice(row: Row, company: Company) -> Invoice:
    """``open`` is what can be asked for now: nothing on a draft, and nothing once closed."""
    return Invoice(
        company=company.id,
        customer=text(row, "socid"),
        order=_linked(row, "commande"),
        number=_number(row),
        lines=tuple(_line(line, company) for line in row.get("lines") or ()),
        net=company.money(row["total_ht"]),
        tax=company.money(row["total_tva"]),
        open=_open(row, company),
        state=state(row),
        issued_on=company.day(row.get("date")),
        due_on=company.day(row.get("date_lim_reglement")),
    )


def credit_note(row: Row, company: Company) -> CreditNote:
    """Its totals are negative over there."""
    return CreditNote(
        company=company.id,
        customer=text(row, "socid"),
        invoice=text(row, "fk_facture_source") or None,
        number=_number(row),
        net=-company.money(row["total_ht"]),
        tax=-company.money(row["total_tva"]),
        state=state(row),
        order=_linked(row, "commande"),
        issued_on=company.day(row.get("date")),
    )


def state(row: Row) -> InvoiceState:
    """Closed without having been paid is given up: it is no longer owed."""
    status = int(number(row["status"]))
    if status == _DRAFT:
        return InvoiceState.DRAFT
    if status == _ABANDONED:
        return InvoiceState.CANCELLED
    if status == _CLOSED:
        return InvoiceState.PAID if text(row, "paye") == "1" else InvoiceState.CANCELLED
    partly = number(row.get("totalpaid")) != 0
    return InvoiceState.PARTLY_PAID if partly else InvoiceState.OPEN


def is_owed(row: Row) -> bool:
    """Neither a draft nor given up."""
    return state(row) not in {InvoiceState.DRAFT, InvoiceState.CANCELLED}


def _open(row: Row, company: Company) -> Money:
    still = state(row) in {InvoiceState.OPEN, InvoiceState.PARTLY_PAID}
    return company.money(row.get("remaintopay") if still else 0)


def _linked(row: Row, kind: str) -> str | None:
    """The first order it is linked to; PHP writes an empty map as a list."""
    links = row.get("linkedObjectsIds")
    ids = links.get(kind) if isinstance(links, dict) else None
    if not ids:
        return None
    return min((str(id_) for id_ in ids.values()), key=int)


def _number(row: Row) -> str | None:
    name = text(row, "ref")
    return None if name.startswith("(") else name or None


def _line(row: Row, company: Company) -> InvoiceLine:
    return InvoiceLine(
        product=text(row, "fk_product") or None,
        text=text(row, "desc") or text(row, "libelle"),
        quantity=company.quantity(row["qty"], row.get("fk_unit")),
        net=company.money(row["total_ht"]),
        tax=company.money(row["total_tva"]),
    )


def ref(row: Row, company: Company) -> Ref:
    """The digest leaves links out: a list does not name them, and a single answer does."""
    bare = {**row, "linkedObjectsIds": None}
    body = credit_note(bare, company) if is_credit(row) else invoice(bare, company)
    return Ref(id=text(row, "id"), version=version(row, body))


def paid_invoice(row: Row) -> Sequence[str]:
    """Its id when money arrived for it."""
    return (text(row, "id"),) if number(row.get("totalpaid")) else ()


def payment_id(invoice_id: str, row: Row) -> str:
    """A payment is told of by its invoice only, and shared by several: both name our part."""
    return f"{invoice_id}{PAYMENT_SIGN}{text(row, 'ref')}"


def seen_payment(row: Row, of: Row, company: Company) -> Seen[Payment]:
    """It has no stamp: its version is what it says."""
    body = payment(row, of, company)
    id_ = payment_id(text(of, "id"), row)
    return Seen(ref=Ref(id=id_, version=version(row, body)), body=body)


def payment(row: Row, of: Row, company: Company) -> Payment:
    """``of`` is the invoice. The date is text here: the server's wall clock."""
    return Payment(
        company=company.id,
        customer=text(of, "socid"),
        invoice=text(of, "id"),
        amount=Money(Decimal(str(row["amount"])), company.currency),
        paid_on=date.fromisoformat(text(row, "date")[:10]),
    )
