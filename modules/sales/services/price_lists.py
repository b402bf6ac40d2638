"""Price lists as the ERP gives them: whole, with their rules and their customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from core.sync.documents import PriceList as PriceListDocument
from core.sync.documents import PriceRule
from core.sync.exchange import Arrived, Bindings, Counts, Gone
from core.sync.references import all_known
from core.work import UnitOfWork
from modules.catalog.erp import PRODUCT
from modules.contacts.kinds import PARTY
from modules.sales.kinds import PRICE_LIST
from modules.sales.models import PriceList, PriceListCustomer, PriceListRule

Arrivals = Sequence[Arrived[PriceListDocument]]


def receive_price_lists(work: UnitOfWork, arrived: Arrivals, bindings: Bindings) -> Counts:
    """Companies have a handful of them, so each is put in place as a whole."""
    products = all_known(bindings, PRODUCT, _named(arrived))
    customers = all_known(
        bindings, PARTY, {key for item in arrived for key in item.document.customers}
    )
    new = {}
    for item in arrived:
        row = _open(work, item, bindings)
        document = item.document
        row.name, row.currency, row.active = document.name, document.currency, document.active
        row.source, row.observed_at = bindings.connection_name, work.observed_at
        row.rules = [_rule(rule, products) for rule in document.rules]
        row.customers = [
            PriceListCustomer(customer_id=customers[key])
            for key in dict.fromkeys(document.customers)
        ]
        work.session.add(row)
        work.session.flush()
        if item.local_id is None:
            new[item.external_id] = row.id
    bindings.bind(PRICE_LIST, new)
    return Counts(written=len(arrived))


def archive_price_lists(work: UnitOfWork, gone: Sequence[Gone], _bindings: Bindings) -> None:
    """Quotations name them, so they stay, and price nothing any more."""
    keys = [item.local_id for item in gone if item.local_id is not None]
    work.session.execute(update(PriceList).where(PriceList.id.in_(keys)).values(active=False))


def _open(work: UnitOfWork, arrived: Arrived[PriceListDocument], bindings: Bindings) -> PriceList:
    if arrived.local_id is None:
        return PriceList(company_id=bindings.company_id, rules=[], customers=[])
    loaded = (selectinload(PriceList.rules), selectinload(PriceList.customers))
    statement = select(PriceList).where(PriceList.id == arrived.local_id).options(*loaded)
    found = work.session.scalars(statement).one()
    found.rules.clear()
    found.customers.clear()
    work.session.flush()
    return found


def _named(arrived: Arrivals) -> set[str]:
    return {rule.product for item in arrived for rule in item.document.rules if rule.product}


def _rule(rule: PriceRule, products: Mapping[str, UUID]) -> PriceListRule:
    return PriceListRule(
        product_id=products[rule.product] if rule.product else None,
        minimum=rule.minimum,
        unit_price=rule.unit_price and rule.unit_price.amount,
        discount=rule.discount,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
    )
