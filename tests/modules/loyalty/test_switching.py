"""Loyalty and analytics, off while invoices are paid, lose no event."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import system
from core.dispatch import Dispatcher
from core.work import UnitOfWork
from modules.analytics.jobs import SCORE
from modules.analytics.models import Month
from modules.billing.events import InvoiceIssued, InvoicePaid
from modules.billing.models import Invoice
from modules.billing.services.receive import about
from tests.modules.loyalty.shop import Shop

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def delivered(shop: Shop) -> None:
    dispatcher = Dispatcher(shop.host)
    while dispatcher.step():
        pass


def published(shop: Shop, invoice_id: UUID) -> None:
    def tell(work: UnitOfWork) -> None:
        invoice = work.session.get_one(Invoice, invoice_id)
        work.publish(about(InvoiceIssued, invoice))
        work.publish(about(InvoicePaid, invoice))

    shop.do(tell)


def test_what_was_paid_while_they_were_off_counts_when_they_are_on_again(
    shop: Shop, browser_client: FlaskClient
) -> None:
    shop.change(expiry_months=0)
    delivered(shop)
    shop.host.disable("loyalty")
    shop.host.disable("analytics")
    published(shop, shop.bill("100"))
    delivered(shop)
    assert shop.member_or_none() is None
    for path in ("/", f"/contacts/{shop.customer}"):
        assert browser_client.get(path).status_code == 200
    assert browser_client.get("/loyalty/").status_code == 404
    shop.host.enable("loyalty", system())
    shop.host.enable("analytics", system())
    delivered(shop)
    assert shop.balances() == {"member": 100, "issued": -100}  # its window ended long ago
    with shop.host.read(system()) as work:
        assert [month.revenue for month in work.session.scalars(select(Month))] == [100]
        assert SCORE.name in work.enabled.jobs
