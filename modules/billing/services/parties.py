"""What billing keeps of a party follows it when it is merged, and goes back.

The credit an ERP grants stays with the customer it names there.
"""

from __future__ import annotations

from core.work import UnitOfWork
from modules.billing.models import Invoice, Payment
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.services.following import follow, go_back

_COLUMNS = (Invoice.customer_id, Payment.customer_id)


def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
    follow(work, event, _COLUMNS)


def go_apart(event: PartyUnmerged, work: UnitOfWork) -> None:
    go_back(work, event, _COLUMNS)
