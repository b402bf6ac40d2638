"""Invoices, credit notes and payments: customers' ``account.invoice`` and its money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import Row, stamps
from core.money import Money
from core.sync.documents import CreditNote, Invoice, InvoiceLine, InvoiceState, Payment

PARTS = ("lines",)
_LINE = ("type", "product", "product.name", "description", "quantity", "unit", "amount", "origin")
NAMES = [
    "number",
    "state",
    "party",
    "currency.code",
    "invoice_date",
    "untaxed_amount",
    "tax_amount",
    "total_amount",
    "amount_to_pay",
    "cancel_move",
    "sales",
    "lines_to_pay.maturity_date",
    "lines_to_pay.reconciliation",
    *stamps(PARTS),
    *(f"lines.{name}" for name in _LINE),
]
#: What a sum of invoices needs: their state, and amounts.
SUM_NAMES = ["state", "cancel_move", "total_amount", "amount_to_pay", "untaxed_amount"]
SUM_NAMES += ["currency.code"]
PAYMENT_NAMES = [
    "party",
    "date",
    "debit",
    "credit",
    "amount_second_currency",
    "second_currency.code",
    "last_modified_at",
    "invoice_payment",
    "invoice_payment.type",
    "invoice_payment.party",
]


def is_credit(row: Row) -> bool:
    """Tryton has one model for both: a credit note is an invoice with a negative total."""
    return bool(row["total_amount"] < 0)


def counts(row: Row) -> bool:
    """Issued, and not cancelled before it ever was: a cancelled one with a move was credited."""
    return state(row) not in {InvoiceState.DRAFT, InvoiceState.CANCELLED}


def invoice(row: Row, company: Company) -> Invoice:
    """``open`` is what can be asked for now: nothing on a draft, and nothing once cancelled."""
    currency = row["currency."]["code"]
    return Invoice(
        company=company.id,
        customer=str(row["party"]),
        order=_first(row["sales"]),
        number=row["number"],
        lines=tuple(
            _line(line, currency, company) for line in row["lines."] if line["type"] == "line"
        ),
        net=Money(row["untaxed_amount"], currency),
        tax=Money(row["tax_amount"], currency),
        open=Money(row["amount_to_pay"], currency),
        state=state(row),
        issued_on=row["invoice_date"],
        due_on=_due_on(row),
        extra=_other_sales(row),
    )


def credit_note(row: Row, company: Company, *, invoices: Mapping[int, Row]) -> CreditNote:
    """``invoices`` is the invoice per line of one: a credited line names the line it credits.

    A credit note names no sale itself; its invoice does.
    """
    currency = row["currency."]["code"]
    credited = [invoices[line] for line in credited_lines(row) if line in invoices]
    return CreditNote(
        company=company.id,
        customer=str(row["party"]),
        invoice=_first([bill["id"] for bill in credited]),
        number=row["number"],
        net=Money(-row["untaxed_amount"], currency),
        tax=Money(-row["tax_amount"], currency),
        state=state(row),
        order=_first(row["sales"] or [sale for bill in credited for sale in bill["sales"]]),
        issued_on=row["invoice_date"],
        extra=_other_sales(row),
    )


def credited_lines(row: Row) -> list[int]:
    origins = ((line["origin"] or "").partition(",") for line in row["lines."])
    return [int(number) for model, _, number in origins if model == "account.invoice.line"]


def state(row: Row) -> InvoiceState:
    """A refund cancels the invoice it settles, and leaves the move that did it behind."""
    if row["state"] == "paid":
        return InvoiceState.PAID
    if row["state"] == "cancelled":
        return InvoiceState.CREDITED if row["cancel_move"] else InvoiceState.CANCELLED
    if row["state"] == "posted":
        partly = abs(row["amount_to_pay"]) < abs(row["total_amount"])
        return InvoiceState.PARTLY_PAID if partly else InvoiceState.OPEN
    return InvoiceState.DRAFT


def _due_on(row: Row) -> date | None:
    """The next instalment that is open, else the last there was; none before posting."""
    lines = [line for line in row["lines_to_pay."] if line["maturity_date"]]
    still: list[date] = [line["maturity_date"] for line in lines if line["reconciliation"] is None]
    if still:
        return min(still)
    return max((line["maturity_date"] for line in lines), default=None)


def _line(line: Row, currency: str, company: Company) -> InvoiceLine:
    product = line["product."]
    return InvoiceLine(
        product=str(line["product"]) if product else None,
        text=line["description"] or (product["name"] if product else ""),
        quantity=company.quantity(line["quantity"], line["unit"]),
        net=Money(line["amount"] or Decimal(0), currency),
    )


def payment(row: Row, company: Company) -> Payment:
    """A line of a bank or cash move. Money from the customer is a credit on their account."""
    currency = (row["second_currency."] or {}).get("code")
    if currency:
        amount = Money(-row["amount_second_currency"], currency)
    else:
        amount = Money(row["credit"] - row["debit"], company.currency)
    return Payment(
        company=company.id,
        customer=str(row["party"] or row["invoice_payment."]["party"]),
        invoice=str(row["invoice_payment"]),
        amount=amount,
        paid_on=row["date"],
    )


def is_customers(row: Row) -> bool:
    return bool((row["invoice_payment."] or {}).get("type") == "out")


def _first(ids: list[int]) -> str | None:
    return str(min(ids)) if ids else None


def _other_sales(row: Row) -> dict[str, str | int | bool | None]:
    """An invoice over there may bill several sales; the document has room for one."""
    if len(row["sales"]) < 2:
        return {}
    return {"tryton.sales": ",".join(str(sale) for sale in sorted(row["sales"]))}
