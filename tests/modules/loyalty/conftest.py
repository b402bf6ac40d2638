"""A programme, and a customer whose invoices the ERP reports."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from core.companies import Company
from core.host import Host
from core.work import UnitOfWork
from modules.loyalty.services.programmes import set_up
from tests.modules.loyalty.shop import Shop


@pytest.fixture
def shop(host: Host, company: UUID, customer: UUID) -> Shop:
    """14 days of escrow, points for a month each euro is one point, worth a cent."""
    made = Shop(host, company, customer)

    def begin(work: UnitOfWork) -> None:
        set_up(work, work.session.get_one(Company, company)).point_value = Decimal("0.01")

    made.do(begin)
    return made
