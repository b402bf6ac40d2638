"""How invoices look."""

from __future__ import annotations

from core.sync.documents import InvoiceState
from core.web.atoms import Chip, Chips
from core.web.i18n import lazy as _
from core.web.light import Tone
from modules.billing.rules import InvoiceKind

STATE: Chips[InvoiceState] = {
    InvoiceState.DRAFT: Chip(_("Draft")),
    InvoiceState.OPEN: Chip(_("Open"), Tone.BLUE),
    InvoiceState.PARTLY_PAID: Chip(_("Partly paid"), Tone.BLUE),
    InvoiceState.PAID: Chip(_("Paid"), Tone.GREEN),
    InvoiceState.CREDITED: Chip(_("Credited")),
    InvoiceState.CANCELLED: Chip(_("Cancelled")),
}
KIND: Chips[InvoiceKind] = {
    InvoiceKind.INVOICE: Chip(_("Invoice")),
    InvoiceKind.CREDIT_NOTE: Chip(_("Credit note"), Tone.AMBER),
}
OVERDUE = Chip(_("Overdue"), Tone.RED)
