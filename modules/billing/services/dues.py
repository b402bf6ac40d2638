"""What customers owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import case, func, select

from core.companies import visible
from core.money import Money
from core.work import UnitOfWork
from modules.billing.models import Credit, Invoice
from modules.billing.rules import UNPAID


@dataclass(frozen=True, slots=True)
class Due:
    """Per currency, tax included. ``overdue`` is the part of ``open`` past its due date."""

    open: Money
    overdue: Money


def dues(work: UnitOfWork, customer_id: UUID, *, today: date) -> list[Due]:
    """One per currency the customer has invoices in, alphabetically; in one query."""
    late = case((Invoice.due_on < today, Invoice.open), else_=None)
    statement = (
        select(Invoice.currency, func.sum(Invoice.open), func.sum(late))
        .where(Invoice.customer_id == customer_id, Invoice.state.in_(UNPAID))
        .group_by(Invoice.currency)
        .order_by(Invoice.currency)
    )
    rows = work.session.execute(visible(work, statement))
    return [
        Due(Money(total, currency), Money(late_total or total * 0, currency))
        for currency, total, late_total in rows
    ]


def credit_of(work: UnitOfWork, customer_id: UUID) -> Credit | None:
    """None where the ERP says nothing about the customer's credit."""
    statement = select(Credit).where(Credit.customer_id == customer_id)
    return work.session.scalar(visible(work, statement))
