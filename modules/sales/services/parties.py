"""What sales keeps of a party follows it when it is merged, and goes back."""

from __future__ import annotations

from sqlalchemy import select

from core.work import UnitOfWork
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.services.following import follow, go_back, move_records
from modules.sales.models import (
    Lead,
    Opportunity,
    Order,
    PriceListCustomer,
    Promise,
    Quotation,
    Shipment,
)

_COLUMNS = (
    Order.customer_id,
    Shipment.customer_id,
    Quotation.customer_id,
    Promise.customer_id,
    Lead.party_id,
    Opportunity.party_id,
    Opportunity.contact_id,
)


def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
    follow(work, event, _COLUMNS)
    lists = PriceListCustomer.price_list_id, PriceListCustomer.customer_id
    held = select(lists[0]).where(lists[1] == event.kept_id)
    moving = select(PriceListCustomer.id).where(lists[1] == event.merged_id, lists[0].not_in(held))
    move_records(work, event, lists[1], moving)


def go_apart(event: PartyUnmerged, work: UnitOfWork) -> None:
    go_back(work, event, (*_COLUMNS, PriceListCustomer.customer_id))
