"""A shipment that did not leave when it was promised opens a case by itself."""

from __future__ import annotations

from sqlalchemy import select

from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.sales.events import PromiseBroken
from modules.sales.models import Order
from modules.service.rules.states import About, Channel, Direction, Kind, Priority
from modules.service.services.people import email_of, name_of_party
from modules.service.services.settings import first_queue
from modules.service.services.threads import Entry, add_entry
from modules.service.services.tickets import NewTicket, open_ticket

_DELIVERY = "delivery"


def open_case(event: PromiseBroken, work: UnitOfWork) -> None:
    """One case per order: further lines that are late are noted in it."""
    if event.kind != _DELIVERY:
        return
    company_id = work.session.scalar(select(Order.company_id).where(Order.id == event.order_id))
    if company_id is None:
        return
    new = NewTicket(
        subject=_("Order %(number)s is late", number=event.number),
        queue_id=first_queue(work, company_id).id,
        channel=Channel.ITSELF,
        kind=Kind.INCIDENT,
        priority=Priority.HIGH,
        party_id=event.customer_id,
        email=email_of(work, event.customer_id),
        contact=name_of_party(work, event.customer_id),
        about=About.ORDER,
        about_id=event.order_id,
        client_reference=f"sales.late:{event.order_id}",
    )
    ticket, _is_new = open_ticket(work, company_id, new)
    add_entry(
        work,
        ticket,
        Entry(direction=Direction.NOTE, text=_words(event), author=_("Tandem"), automatic=True),
    )


def _words(event: PromiseBroken) -> str:
    day = event.promised_on.isoformat() if event.promised_on else "–"
    return _(
        "%(sku)s of order %(number)s was promised for %(day)s and has not left in time."
        " Tell the customer before they ask.",
        sku=event.sku,
        number=event.number,
        day=day,
    )
