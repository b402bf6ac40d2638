"""How the states of quotations and promises look."""

from __future__ import annotations

from core.web.atoms import Chip, Chips
from core.web.i18n import lazy as _
from core.web.light import Tone
from modules.sales.rules.promises import PromiseKind, PromiseState
from modules.sales.rules.quotations import QuotationState

QUOTATION: Chips[QuotationState] = {
    QuotationState.DRAFT: Chip(_("Draft")),
    QuotationState.PENDING_APPROVAL: Chip(_("Waits for approval"), Tone.AMBER),
    QuotationState.APPROVED: Chip(_("Approved"), Tone.BLUE),
    QuotationState.SENT: Chip(_("Sent"), Tone.BLUE),
    QuotationState.ACCEPTED: Chip(_("Accepted"), Tone.GREEN),
    QuotationState.ORDERED: Chip(_("Ordered"), Tone.GREEN),
    QuotationState.REJECTED: Chip(_("Declined")),
    QuotationState.EXPIRED: Chip(_("Expired"), Tone.AMBER),
    QuotationState.REVISED: Chip(_("Revised")),
    QuotationState.CANCELLED: Chip(_("Cancelled")),
}
PROMISE: Chips[PromiseState] = {
    PromiseState.OPEN: Chip(_("Open")),
    PromiseState.KEPT: Chip(_("Kept"), Tone.GREEN),
    PromiseState.LATE: Chip(_("Late"), Tone.AMBER),
    PromiseState.BROKEN: Chip(_("Broken"), Tone.RED),
}
PROMISED: Chips[PromiseKind] = {
    PromiseKind.DELIVERY: Chip(_("Delivery")),
    PromiseKind.PRICE: Chip(_("Price")),
}
