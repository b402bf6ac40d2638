"""A small shop: what orders need to exist."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from core.actor import system
from core.host import Host
from core.sync.documents import PartyKind
from modules.catalog.models import Product, Tax
from modules.contacts.rules import PartyFields, Role
from modules.contacts.services import create_party

SOURCE = "Back office"


@pytest.fixture
def customer(host: Host, company: UUID) -> UUID:
    with host.write(system(company=company)) as work:
        fields: PartyFields = {"name": "Harbour Cycles", "kind": PartyKind.ORGANISATION}
        return create_party(work, fields, roles=[Role.CUSTOMER]).id


@pytest.fixture
def vat(host: Host, company: UUID) -> UUID:
    with host.write(system()) as work:
        tax = Tax(company_id=company, name="VAT 20 %", rate=Decimal(20), active=True, source=SOURCE)
        work.session.add(tax)
        work.session.flush()
        return tax.id


MakeProduct = Callable[..., UUID]


@pytest.fixture
def make_product(host: Host, company: UUID, vat: UUID) -> MakeProduct:
    def make(sku: str, price: str | None = "10.00", **fields: object) -> UUID:
        values: dict[str, object] = {
            "name": f"Part {sku}",
            "description": "",
            "uom": "C62",
            "quantity_places": 0,
            "unit_price": Decimal(price) if price else None,
            "currency": "EUR" if price else None,
            "taxes": [str(vat)],
            "stocked": True,
            "active": True,
            "source": SOURCE,
        }
        with host.write(system()) as work:
            product = Product(company_id=company, sku=sku, **(values | fields))
            work.session.add(product)
            work.session.flush()
            return product.id

    return make
