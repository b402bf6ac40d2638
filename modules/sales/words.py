"""Where an order is on its way to the ERP, in a sentence."""

from __future__ import annotations

from markupsafe import Markup

from core.sync.deliveries import Link
from core.sync.models import DeliveryState, OutboxVerb
from core.sync.requested import Requested, RequestState
from core.web import formats
from core.web.atoms import chip
from core.web.atoms import state as shown
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import OURSELVES
from modules.sales.chips import LINK


def sentence(link: Link) -> str:
    """What the link chip stands for, for people: where, as what, since when, what to do."""
    erp = link.connection or _("the ERP")
    match link.state:
        case None:
            born = _("Born in %(erp)s as %(number)s.", erp=erp, number=_there(link))
            ours = _("Nothing of it is in %(erp)s.", erp=erp)
            return born if link.reference is None else ours
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


def request_sentence(asked: Requested) -> str:
    """What became of a cancellation or a change, for people; with the ERP's reason for a no."""
    words = _CANCELLING if asked.verb is OutboxVerb.CANCEL else _CHANGING
    return _(words[asked.state], erp=asked.connection, why=asked.message).strip()


_CANCELLING = {
    RequestState.REQUESTED: lazy("%(erp)s will be asked to cancel it. %(why)s"),
    RequestState.SENT: lazy("%(erp)s is being asked to cancel it."),
    RequestState.IN_DOUBT: lazy(
        "%(erp)s was asked to cancel it and no answer came: it is looked for there first."
    ),
    RequestState.DONE: lazy("%(erp)s cancelled it."),
    RequestState.REFUSED: lazy("%(erp)s did not cancel it: %(why)s"),
    RequestState.STOPPED: lazy("The cancellation is stopped; somebody must look. %(why)s"),
    RequestState.WITHDRAWN: lazy("The cancellation was taken back. %(why)s"),
}
_CHANGING = {
    RequestState.REQUESTED: lazy("%(erp)s will be asked to change it. %(why)s"),
    RequestState.SENT: lazy("%(erp)s is being asked to change it."),
    RequestState.IN_DOUBT: lazy(
        "%(erp)s was asked to change it and no answer came: it is looked for there first."
    ),
    RequestState.DONE: lazy("%(erp)s changed it."),
    RequestState.REFUSED: lazy("%(erp)s did not change it: %(why)s"),
    RequestState.STOPPED: lazy("The change is stopped; somebody must look. %(why)s"),
    RequestState.WITHDRAWN: lazy("The change was taken back. %(why)s"),
}


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
