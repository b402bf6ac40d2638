"""Parties as statements compare them with the ERP: their key fields, as of now."""

from __future__ import annotations

from sqlalchemy import case, func, null, select

from core.sync.documents import Party as PartyDocument
from core.sync.exchange import Stated
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party

PARTIES = Stated(
    kind=PARTY,
    document=PartyDocument,
    lines=select(
        Party.id,
        Party.company_id,
        Party.number,
        null().label("day"),
        null().label("unit"),
        null().label("net"),
        null().label("total"),
        case((Party.active, "active"), else_="archived").label("state"),
        (Party.name + " · " + func.coalesce(Party.tax_id, "")).label("words"),
    ),
    dated=False,
)
