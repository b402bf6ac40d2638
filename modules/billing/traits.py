"""What billing knows of customers and others may ask for by name.

Amounts are in the currency of the customer's company: what is in another is left out.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select

from core.clock import utcnow
from core.companies import Company
from core.sync.documents import InvoiceState
from core.traits import Shape, Trait
from core.web.i18n import lazy as _
from core.work import UnitOfWork
from modules.billing.models import Credit, Invoice
from modules.billing.rules import UNPAID, InvoiceKind
from modules.contacts.kinds import PARTY

_ISSUED = (InvoiceState.OPEN, InvoiceState.PARTLY_PAID, InvoiceState.PAID, InvoiceState.CREDITED)
_OWN_CURRENCY = and_(Company.id == Invoice.company_id, Company.currency == Invoice.currency)


def _revenue(_work: UnitOfWork) -> Select[UUID, Any]:
    """Net of what was invoiced, less what was credited."""
    signed = case((Invoice.kind == InvoiceKind.CREDIT_NOTE, -Invoice.net), else_=Invoice.net)
    return (
        select(Invoice.customer_id, func.sum(signed))
        .join(Company, _OWN_CURRENCY)
        .where(Invoice.state.in_(_ISSUED))
        .group_by(Invoice.customer_id)
    )


def _open(_work: UnitOfWork) -> Select[UUID, Any]:
    return (
        select(Invoice.customer_id, func.sum(Invoice.open))
        .join(Company, _OWN_CURRENCY)
        .where(Invoice.state.in_(UNPAID))
        .group_by(Invoice.customer_id)
    )


def _overdue(work: UnitOfWork) -> Select[UUID, Any]:
    """Only of customers who are."""
    return _open(work).where(Invoice.due_on < utcnow().date())


def _credit_left(_work: UnitOfWork) -> Select[UUID, Any]:
    """Of customers the ERP set a limit for; negative once it is exceeded."""
    own = and_(Company.id == Credit.company_id, Company.currency == Credit.currency)
    left = Credit.credit_limit - Credit.used
    return (
        select(Credit.customer_id, left).join(Company, own).where(Credit.credit_limit.is_not(None))
    )


def _credit_limit(_work: UnitOfWork) -> Select[UUID, Any]:
    own = and_(Company.id == Credit.company_id, Company.currency == Credit.currency)
    return (
        select(Credit.customer_id, Credit.credit_limit)
        .join(Company, own)
        .where(Credit.credit_limit.is_not(None))
    )


def _on_hold(_work: UnitOfWork) -> Select[UUID, Any]:
    return select(Credit.customer_id, Credit.on_hold)


def _money(name: str, title: str, read: Any) -> Trait:
    return Trait(
        name=f"billing.{name}",
        title=title,
        subject=PARTY,
        shape=Shape.MONEY,
        select=read,
        permission="billing.read",
    )


TRAITS = (
    _money("revenue", _("Invoiced, net"), _revenue),
    _money("open", _("Open invoices"), _open),
    _money("overdue", _("Overdue"), _overdue),
    _money("credit_left", _("Credit left"), _credit_left),
    _money("credit_limit", _("Credit limit"), _credit_limit),
    Trait(
        name="billing.on_hold",
        title=_("On credit hold in the ERP"),
        subject=PARTY,
        shape=Shape.FLAG,
        select=_on_hold,
        permission="billing.read",
    ),
)
