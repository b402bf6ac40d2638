"""Price lists and credit as the ERP gives them, and what they mean for a quotation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from core.actor import system
from core.companies import Company
from core.sync.documents import PriceList as PriceListDocument
from core.sync.documents import PriceRule
from modules.contacts.models import Party
from modules.loyalty.models import Tier
from modules.loyalty.services.members import enrol
from modules.loyalty.services.programmes import set_up
from modules.sales.models import PriceList, PriceListRule
from modules.sales.rules.quotations import Doubt
from modules.sales.services.quotations.drafts import get_quotation
from modules.sales.services.quotations.showing import shown
from modules.sales.services.quotations.wishes import OfferLine
from tests.core.sync.pull.conftest import Shop, shop
from tests.modules.sales.quoting import drafted, wish_for

__all__ = ["shop"]
DEALERS = "Nordlicht Handel GmbH"


def party(shop: Shop, name: str) -> Party:
    with shop.host.read(system()) as work:
        return work.session.scalars(select(Party).where(Party.name == name)).one()


def prices(shop: Shop, customer: str, quantity: int) -> list[tuple[Decimal | None, str]]:
    lines = [OfferLine(sku=sku, quantity=Decimal(quantity)) for sku in ("TABLE-01", "CHAIR-01")]
    key = drafted(shop.host, wish_for(party(shop, customer).id, *lines))
    with shop.host.read(system()) as work:
        _quotation, version = get_quotation(work, key)
        return [(line.erp_price, line.price_list) for line in version.lines]


def test_a_list_of_the_erp_prices_its_customers_and_is_replaced_whole(shop: Shop) -> None:
    shop.pull()
    assert prices(shop, DEALERS, 10) == [
        (Decimal(372), "Dealers"),
        (Decimal("84.55"), "Dealers"),
    ]
    assert prices(shop, "Atelier Dubois", 10) == [(Decimal(420), ""), (Decimal(89), "")]
    row = shop.erp.store.get(PriceListDocument, "DEALER")
    assert row is not None
    ten_off = PriceRule(discount=Decimal(10))
    shop.erp.store.put("DEALER", replace(row.body, name="Trade", rules=(ten_off,)))
    shop.pull()
    assert prices(shop, DEALERS, 10) == [
        (Decimal(378), "Trade"),
        (Decimal("80.1"), "Trade"),
    ]
    assert (len(shop.all(PriceList)), len(shop.all(PriceListRule))) == (1, 1)
    shop.erp.store.put("DEALER", replace(row.body, active=False))
    shop.pull()
    assert prices(shop, DEALERS, 10)[0] == (Decimal(420), "")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_list_a_customer_earned_counts_by_its_name(shop: Shop) -> None:
    """Loyalty gives it to a tier; sales only asks for ``loyalty.price_list``."""
    shop.pull()
    dubois = party(shop, "Atelier Dubois")
    with shop.host.write(system(company=dubois.company_id)) as work:
        programme = set_up(work, work.session.get_one(Company, dubois.company_id))
        gold = {"name": "Gold", "threshold": 1, "price_list": "Dealers"}
        tier = Tier(company_id=dubois.company_id, programme_id=programme.id, **gold)
        work.session.add(tier)
        work.session.flush()
        enrol(work, dubois.id).tier_id = tier.id
    assert prices(shop, "Atelier Dubois", 10)[0] == (Decimal(372), "Dealers")
    shop.host.disable("loyalty")
    assert prices(shop, "Atelier Dubois", 10)[0] == (Decimal(420), "")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_credit_and_stock_of_the_erp_speak_against_sending(shop: Shop) -> None:
    """The demo's second customer has used more than its limit; six sofas are in stock."""
    shop.pull()
    sofas = OfferLine(sku="SOFA-01", quantity=Decimal(7))
    key = drafted(shop.host, wish_for(party(shop, "Bäckerei Sonnenschein").id, sofas))
    with shop.host.read(system()) as work:
        whole = shown(work, get_quotation(work, key)[0])
        assert [one.doubt for one in whole.findings] == [Doubt.STOCK_SHORT, Doubt.CREDIT]
        [line] = whole.lines
        assert line.available == 6
        assert line.stock_known_until is not None
        assert (whole.credit.limit, whole.credit.left) == (Decimal(12_000), Decimal(-400))
    fine = drafted(
        shop.host, wish_for(party(shop, DEALERS).id, replace(sofas, quantity=Decimal(1)))
    )
    with shop.host.read(system()) as work:
        assert shown(work, get_quotation(work, fine)[0]).findings == []
