"""The fake ERP with made-up data, for a demo that needs no second server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.fake.erp import WAREHOUSE, Erp
from connectors.fake.store import Store
from core.money import Money
from core.quantity import Quantity
from core.sync.documents import (
    Address,
    ContactPoint,
    CreditStatus,
    Party,
    PartyKind,
    PriceList,
    PriceRule,
    Product,
    StockLevel,
    Tax,
)

FILE = "erp.sqlite"
COMPANY, CURRENCY, PIECE, HOUR = "1", "EUR", "C62", "HUR"

_CUSTOMERS = (
    ("Nordlicht Handel GmbH", "Hamburg", "DE", "einkauf@nordlicht.example"),
    ("Bäckerei Sonnenschein", "München", "DE", "post@sonnenschein.example"),
    ("Công ty Hoa Sen", "Hà Nội", "VN", "mua@hoasen.example"),
    ("李明贸易", "上海", "CN", "liming@maoyi.example"),
    ("ร้านสมใจ", "กรุงเทพฯ", "TH", "somjai@ran.example"),
    ("Atelier Dubois", "Lyon", "FR", "bonjour@dubois.example"),
)
_PRODUCTS = (
    ("CHAIR-01", "Oak chair", "89.00", 120),
    ("TABLE-01", "Oak table", "420.00", 18),
    ("LAMP-02", "Desk lamp", "34.90", 260),
    ("SHELF-03", "Wall shelf", "59.50", 75),
    ("SOFA-01", "Two-seat sofa", "749.00", 6),
    ("RUG-04", "Wool rug", "129.00", 40),
)


@dataclass(frozen=True)
class FakeDemo:
    folder: Path

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"company": COMPANY, "path": str(self.folder.absolute())}

    @property
    def credentials(self) -> Mapping[str, str]:
        return {"url": "", "database": str(self.folder / FILE), "login": "", "password": ""}

    @cached_property
    def _erp(self) -> Erp:
        return Erp(Store(self.folder / FILE))

    def start(self, report: Callable[[str], None]) -> None:
        """A second start finds its data and changes nothing."""
        if self._erp.store.all(Tax):
            return
        report("filling the fake ERP")
        with self._erp.store.transaction():
            populate(self._erp.store)

    def stop(self) -> None:
        """There is no server to stop."""

    def ship(self, reference: str) -> str:
        return self._erp.ship(reference)

    def invoice(self, reference: str) -> str:
        return self._erp.invoice(reference)

    def pay(self, reference: str) -> str:
        return self._erp.pay(reference)


def populate(store: Store) -> None:
    store.put("VAT20", Tax(company=COMPANY, name="VAT 20 %", rate=Decimal(20)))
    customers = [store.put(store.number("P"), _party(*customer)).id for customer in _CUSTOMERS]
    for sku, name, price, on_hand in _PRODUCTS:
        store.put(sku, _product(sku, name, price))
        store.put(f"{sku}/{WAREHOUSE}", _level(sku, on_hand))
    delivery = _product("DELIVERY", "Delivery and assembly", "65.00", uom=HOUR)
    store.put(delivery.sku, delivery)
    store.put("DEALER", _dealers(customers[:2]))
    for customer, used in zip(customers, ("1800.00", "12400.00", "0.00"), strict=False):
        store.put(customer, _credit(customer, used))


def _party(name: str, city: str, country: str, email: str) -> Party:
    return Party(
        company=COMPANY,
        name=name,
        kind=PartyKind.ORGANISATION,
        addresses=(Address(id="1", city=city, country=country),),
        contact_points=(ContactPoint(kind="email", value=email),),
    )


def _product(sku: str, name: str, price: str, *, uom: str = PIECE) -> Product:
    return Product(
        company=COMPANY,
        sku=sku,
        name=name,
        uom=uom,
        unit_price=Money(Decimal(price), CURRENCY),
        taxes=("VAT20",),
        stocked=uom == PIECE,
    )


def _level(sku: str, on_hand: int) -> StockLevel:
    there = Quantity(Decimal(on_hand), PIECE)
    return StockLevel(
        company=COMPANY, product=sku, warehouse=WAREHOUSE, on_hand=there, available=there
    )


def _dealers(customers: list[str]) -> PriceList:
    """Tables have a price of their own from ten on; everything else is five per cent off."""
    table = PriceRule(
        product="TABLE-01", minimum=Decimal(10), unit_price=Money(Decimal(372), CURRENCY)
    )
    return PriceList(
        company=COMPANY,
        name="Dealers",
        currency=CURRENCY,
        rules=(table, PriceRule(discount=Decimal(5))),
        customers=tuple(customers),
    )


def _credit(customer: str, used: str) -> CreditStatus:
    limit, owed = Money(Decimal(12_000), CURRENCY), Money(Decimal(used), CURRENCY)
    return CreditStatus(
        company=COMPANY,
        party=customer,
        limit=limit,
        used=owed,
        overdue=Money(Decimal(), CURRENCY),
        on_hold=owed.amount > limit.amount,
    )
