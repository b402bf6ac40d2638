"""How the four axes of an order look."""

from __future__ import annotations

from core.sync.documents import Progress
from core.sync.models import DeliveryState
from core.web.atoms import Chip, Chips
from core.web.i18n import lazy as _
from core.web.light import Tone
from modules.sales.rules import OrderState

COMMERCIAL: Chips[OrderState] = {
    OrderState.DRAFT: Chip(_("Draft")),
    OrderState.CONFIRMED: Chip(_("Confirmed"), Tone.BLUE),
    OrderState.ON_HOLD: Chip(_("On hold"), Tone.AMBER),
    OrderState.COMPLETED: Chip(_("Completed"), Tone.GREEN),
    OrderState.CANCELLED: Chip(_("Cancelled")),
    OrderState.CLOSED_SHORT: Chip(_("Closed short")),
}
FULFILMENT: Chips[Progress] = {
    Progress.NONE: Chip(_("Not shipped")),
    Progress.PARTIAL: Chip(_("Partly shipped"), Tone.BLUE),
    Progress.FULL: Chip(_("Shipped"), Tone.GREEN),
}
BILLING: Chips[Progress] = {
    Progress.NONE: Chip(_("Not invoiced")),
    Progress.PARTIAL: Chip(_("Partly invoiced"), Tone.BLUE),
    Progress.FULL: Chip(_("Invoiced"), Tone.GREEN),
}
LINK: Chips[DeliveryState] = {
    DeliveryState.WAITING: Chip(_("Waiting"), Tone.AMBER),
    DeliveryState.QUEUED: Chip(_("Queued"), Tone.BLUE),
    DeliveryState.SENDING: Chip(_("Sending"), Tone.BLUE),
    DeliveryState.ACKNOWLEDGED: Chip(_("In the ERP as a draft"), Tone.BLUE),
    DeliveryState.CONFIRMED: Chip(_("In the ERP"), Tone.GREEN),
    DeliveryState.IN_DOUBT: Chip(_("In doubt"), Tone.AMBER),
    DeliveryState.REJECTED: Chip(_("Rejected"), Tone.RED),
    DeliveryState.STOPPED: Chip(_("Stopped"), Tone.RED),
}
