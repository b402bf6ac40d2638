"""Facts per customer, month and product: brought up to date by events, or made anew alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, case, delete, func, select

from core.companies import Company
from core.db.bulk import Upsert
from core.sync.documents import InvoiceState
from core.work import UnitOfWork
from modules.analytics.models import Bought, Month, ProductFact
from modules.analytics.rules.months import month_of, shifted
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoiceEvent, InvoiceIssued
from modules.billing.models import Invoice, InvoiceLine
from modules.billing.rules import InvoiceKind
from modules.contacts.events import PartyMerged, PartyUnmerged

#: Issued, and not taken back without a credit note.
_COUNTED = (InvoiceState.OPEN, InvoiceState.PARTLY_PAID, InvoiceState.PAID, InvoiceState.CREDITED)
_OWN_CURRENCY = and_(Company.id == Invoice.company_id, Company.currency == Invoice.currency)


@dataclass(slots=True)
class _Sums:
    """One customer's month on its way."""

    company_id: UUID
    currency: str
    revenue: Decimal = Decimal()
    costed: Decimal = Decimal()
    cost: Decimal = Decimal()
    orders: int = 0
    days: set[date] = field(default_factory=set)


def count_invoice(event: InvoiceIssued, work: UnitOfWork) -> None:
    _count(work, event)


def count_credit(event: CreditNoteIssued, work: UnitOfWork) -> None:
    _count(work, event)


def count_out(event: InvoiceCancelled, work: UnitOfWork) -> None:
    _count(work, event)


def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
    refresh(work, [event.kept_id, event.merged_id])


def go_apart(event: PartyUnmerged, work: UnitOfWork) -> None:
    refresh(work, [event.kept_id, event.merged_id])


def refresh(work: UnitOfWork, parties: Sequence[UUID], *, month: date | None = None) -> None:
    """Make the facts of these customers what billing says; of one month, or of all."""
    _keep(work, Month, _months(work, parties, month), _of(Month, parties, month))
    _keep(work, Bought, _bought(work, parties), [Bought.party_id.in_(parties)])


def customers(work: UnitOfWork, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Who has facts or ought to, in the order of their ids."""
    known = (
        select(Month.party_id)
        .union(select(Invoice.customer_id), select(Bought.party_id))
        .subquery()
    )
    statement = select(known.c[0]).order_by(known.c[0]).limit(limit)
    if after is not None:
        statement = statement.where(known.c[0] > after)
    return work.session.scalars(statement).all()


def _count(work: UnitOfWork, event: InvoiceEvent) -> None:
    invoice = work.session.get(Invoice, event.invoice_id)
    if invoice is not None and invoice.issued_on is not None:
        refresh(work, [invoice.customer_id], month=month_of(invoice.issued_on))


def _months(work: UnitOfWork, parties: Sequence[UUID], month: date | None) -> list[dict[str, Any]]:
    sums: dict[tuple[UUID, date], _Sums] = {}
    invoices = select(
        Invoice.customer_id,
        Invoice.company_id,
        Invoice.currency,
        Invoice.kind,
        Invoice.net,
        Invoice.issued_on,
    )
    for row in work.session.execute(_counted(invoices, parties, month)):
        place = (row.customer_id, month_of(row.issued_on))
        one = sums.setdefault(place, _Sums(row.company_id, row.currency))
        if row.kind is InvoiceKind.CREDIT_NOTE:
            one.revenue -= row.net
            continue
        one.revenue += row.net
        one.orders += 1
        one.days.add(row.issued_on)
    for row in work.session.execute(_lines(parties, month)):
        one = sums[row.customer_id, month_of(row.issued_on)]
        one.costed += row.net
        one.cost += round(row.quantity * row.cost, 4)
    return [_month_row(place, one) for place, one in sums.items()]


def _month_row(place: tuple[UUID, date], one: _Sums) -> dict[str, Any]:
    return {
        "party_id": place[0],
        "month": place[1],
        "company_id": one.company_id,
        "currency": one.currency,
        "revenue": one.revenue,
        "costed": one.costed,
        "cost": one.cost,
        "orders": one.orders,
        "days": [day.isoformat() for day in sorted(one.days)],
    }


def _lines(parties: Sequence[UUID], month: date | None) -> Any:
    """Lines whose product's cost is known; the ERP's credit notes bring none."""
    lines = (
        select(
            Invoice.customer_id,
            Invoice.issued_on,
            InvoiceLine.quantity,
            InvoiceLine.net,
            ProductFact.cost,
        )
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .join(ProductFact, ProductFact.product_id == InvoiceLine.product_id)
        .where(ProductFact.cost.is_not(None), Invoice.kind == InvoiceKind.INVOICE)
    )
    return _counted(lines, parties, month)


def _bought(work: UnitOfWork, parties: Sequence[UUID]) -> list[dict[str, Any]]:
    signed = case((Invoice.kind == InvoiceKind.CREDIT_NOTE, -1), else_=1)
    grouped = (
        select(
            Invoice.customer_id.label("party_id"),
            InvoiceLine.product_id,
            Invoice.company_id,
            func.count(Invoice.id.distinct()).label("orders"),
            func.sum(InvoiceLine.quantity * signed).label("quantity"),
            func.sum(InvoiceLine.net * signed).label("revenue"),
            func.min(Invoice.issued_on).label("first_on"),
            func.max(Invoice.issued_on).label("last_on"),
        )
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .where(InvoiceLine.product_id.is_not(None))
        .group_by(Invoice.customer_id, InvoiceLine.product_id, Invoice.company_id)
    )
    return [dict(row) for row in work.session.execute(_counted(grouped, parties, None)).mappings()]


def _counted(statement: Any, parties: Sequence[UUID], month: date | None) -> Any:
    found = statement.join(Company, _OWN_CURRENCY).where(
        Invoice.customer_id.in_(parties),
        Invoice.state.in_(_COUNTED),
        Invoice.issued_on.is_not(None),
    )
    if month is None:
        return found
    return found.where(Invoice.issued_on >= month, Invoice.issued_on < shifted(month, 1))


def _of(
    table: type[Month], parties: Sequence[UUID], month: date | None
) -> list[ColumnElement[bool]]:
    mine: list[ColumnElement[bool]] = [table.party_id.in_(parties)]
    return mine if month is None else [*mine, table.month == month]


def _keep(
    work: UnitOfWork,
    model: type[Month] | type[Bought],
    rows: list[dict[str, Any]],
    where: list[ColumnElement[bool]],
) -> None:
    """Write what changed, and remove what is no more."""
    name = "month" if model is Month else "product_id"
    column = getattr(model, name)
    table: Table = model.__table__  # type: ignore[assignment]  # declarative says FromClause
    there = work.session.execute(select(model.id, model.party_id, column).where(*where))
    wanted = {(row["party_id"], row[name]) for row in rows}
    gone = [row[0] for row in there if (row[1], row[2]) not in wanted]
    if gone:
        work.session.execute(delete(model).where(model.id.in_(gone)))
    Upsert(table, key=("party_id", name)).run(work.session, rows)
