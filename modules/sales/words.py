"""Where an order is on its way to the ERP, in a sentence."""

from __future__ import annotations

from markupsafe import Markup

from core.sync.deliveries import Link
from core.sync.models import DeliveryState
from core.web import formats
from core.web.atoms import chip
from core.web.atoms import state as shown
from core.web.i18n import gettext as _
from core.work import OURSELVES
from modules.sales.chips import LINK


def sentence(link: Link) -> str:
    """What the link chip stands for, for people: where, as what, since when, what to do."""
    erp = link.connection or _("the ERP")
    match link.state:
        case None:
            return _("Born in %(erp)s as %(number)s.", erp=erp, number=_there(link))
        case DeliveryState.CONFIRMED:
            return _("In %(erp)s as %(number)s.", erp=erp, number=_there(link))
        case DeliveryState.ACKNOWLEDGED:
            return _("In %(erp)s as a draft; being confirmed. %(why)s", erp=erp, why=_why(link))
        case DeliveryState.QUEUED | DeliveryState.SENDING:
            return _why(link) or _("On its way to %(erp)s.", erp=erp)
        case DeliveryState.IN_DOUBT:
            return _(
                "No answer came from %(erp)s: it is looked for there before anything else. %(why)s",
                erp=erp,
                why=_why(link),
            )
        case _:
            return _why(link)


def whereabouts(state: DeliveryState | None, source: str) -> Markup:
    """The ERP axis as a chip: how far an order of ours has come, or where another was born."""
    if state is None and source != OURSELVES:
        return chip(_("Born in %(erp)s", erp=source))
    return shown(state, LINK)


def _there(link: Link) -> str:
    return link.number or link.external_id or ""


def _why(link: Link) -> str:
    if link.next_try_at is None:
        return link.message
    when = formats.exact(link.next_try_at)
    return _("%(reason)s Next try at %(when)s.", reason=link.message, when=when)
