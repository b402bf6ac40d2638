"""Invoices of somebody else's company are not there; one without an order is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from core.actor import Actor, ActorKind, system
from core.api.listing import ListQuery, count, page
from core.host import Host
from core.sync.documents import InvoiceState
from modules.billing.lists import INVOICES
from modules.billing.models import Invoice
from modules.billing.rules import InvoiceKind


def limited_to(*companies: UUID) -> Actor:
    return Actor(kind=ActorKind.USER, name="Bo", companies=frozenset(companies))


@pytest.fixture
def without_order(host: Host, company: UUID, customer: UUID) -> UUID:
    with host.write(system()) as work:
        invoice = Invoice(
            company_id=company,
            customer_id=customer,
            kind=InvoiceKind.INVOICE,
            number="INV-1",
            state=InvoiceState.OPEN,
            currency="EUR",
            net=Decimal(100),
            tax=Decimal(20),
            open=Decimal(120),
            issued_on=date(2026, 11, 22),
            source="Back office",
        )
        work.session.add(invoice)
        work.session.flush()
        return invoice.id


def test_an_invoice_without_an_order_is_listed_for_who_sees_one_company(
    host: Host, company: UUID, without_order: UUID
) -> None:
    with host.read(limited_to(company)) as work:
        rows = page(work, INVOICES, ListQuery()).rows
        counted = count(work, INVOICES, ListQuery())
    assert [(row.id, row.order) for row in rows] == [(without_order, None)]
    assert counted.number == 1


def test_an_invoice_of_another_company_is_listed_for_nobody_else(
    host: Host, without_order: UUID
) -> None:
    for stranger in (limited_to(), limited_to(without_order)):
        with host.read(stranger) as work:
            assert not page(work, INVOICES, ListQuery()).rows
