"""What tests of quotations share: a wish, and a quotation on its way."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from core.actor import Actor, system
from core.host import Host
from modules.sales.services.quotations.answers import Answered
from modules.sales.services.quotations.drafts import draft_quotation, get_quotation
from modules.sales.services.quotations.sending import Way, make_link, send_quotation
from modules.sales.services.quotations.wishes import OfferLine, OfferWish


def wish_for(customer: UUID, *lines: OfferLine, **fields: object) -> OfferWish:
    some = lines or (OfferLine(sku="W001", quantity=Decimal(3)),)
    values: dict[str, object] = {"customer_id": customer, "currency": "EUR", "lines": some}
    return OfferWish(**{**values, **fields})  # type: ignore[arg-type]  # the test's own fields


def drafted(host: Host, wish: OfferWish, *, actor: Actor | None = None) -> UUID:
    with host.write(actor or system()) as work:
        return draft_quotation(work, wish).id


def sent(host: Host, wish: OfferWish) -> tuple[UUID, str]:
    """The quotation's id, and a link's secret that opens it."""
    key = drafted(host, wish)
    with host.write(system()) as work:
        send_quotation(work, key, Way(), version=None)
        _quotation, version = get_quotation(work, key)
        return key, make_link(work, version)


def given(host: Host, key: UUID, name: str = "Ada Lovelace") -> Answered:
    with host.read(system()) as work:
        return Answered(name=name, seal=get_quotation(work, key)[1].seal)
