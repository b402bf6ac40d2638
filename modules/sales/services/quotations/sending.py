"""Send a quotation: frozen from now on, to be accepted on a page of its own. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from secrets import token_urlsafe
from uuid import UUID

from core.clock import utcnow
from core.errors import RuleBroken
from core.jobs.queue import enqueue
from core.mail.message import check_address
from core.security.callers import secret_hash
from core.versions import check_version
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.sales.events import QuotationSent
from modules.sales.models import Quotation, QuotationLink, QuotationVersion
from modules.sales.rules.quotations import QUOTATION_FLOW, QuotationState, is_over, seal_of
from modules.sales.services.quotations.approvals import needs_approval
from modules.sales.services.quotations.drafts import get_quotation, refused, touch
from modules.sales.services.quotations.facts import facts_of, findings
from modules.sales.services.quotations.story import tell

#: Makes the PDF and posts the mail, behind the transaction that sent it.
MAIL_JOB = "sales.mail_quotation"
#: What was accepted can be looked up for so long after the offer ended.
_READABLE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """``to`` is an e-mail address; '' hands a link over some other way."""

    to: str = ""
    message: str = ""


def send_quotation(
    work: UnitOfWork, quotation_id: UUID, way: Way, *, version: int | None
) -> Quotation:
    """Freeze the newest version and have it brought to the customer.

    Raise RuleBroken where somebody has to approve it first, or the policy blocks it.
    """
    quotation, offer = get_quotation(work, quotation_id, lock=True)
    check_version(quotation, version)
    if way.to:
        check_address(way.to)
    _may_leave(work, quotation, offer)
    offer.state = QUOTATION_FLOW.step(offer.state, QuotationState.SENT)
    offer.sent_at, offer.sent_to = utcnow(), way.to
    offer.seal = seal_of(said_by(work, quotation, offer))
    touch(work, quotation)
    tell(work, quotation, "quotation_sent", text=lazy("Quotation %(number)s sent"))
    _announce(work, quotation, offer)
    if way.to:
        args = {"version": str(offer.id), "message": way.message.strip()}
        enqueue(work, MAIL_JOB, args, key=f"{offer.id}")
    return quotation


def make_link(work: UnitOfWork, offer: QuotationVersion) -> str:
    """A new secret that opens this version; only its hash is kept."""
    token = token_urlsafe(32)
    end = datetime.combine(offer.valid_until, time.max, UTC) + _READABLE
    work.session.add(
        QuotationLink(version_id=offer.id, token_hash=secret_hash(token), expires_at=end)
    )
    work.session.flush()
    return token


def hand_over_link(work: UnitOfWork, quotation_id: UUID) -> str:
    """For a sent quotation: the address's secret, to be passed on by hand."""
    quotation, offer = get_quotation(work, quotation_id, lock=True)
    if offer.state is not QuotationState.SENT:
        text = _("Quotation %(number)s is %(state)s: only a sent one can be opened by a link.")
        raise refused(quotation, offer, text)
    return make_link(work, offer)


def said_by(
    work: UnitOfWork, quotation: Quotation, offer: QuotationVersion
) -> Mapping[str, object]:
    """All a version says to the customer, for its seal."""
    customer = work.session.get_one(Party, quotation.customer_id)
    return {
        "number": quotation.number,
        "revision": offer.revision,
        "customer": customer.name,
        "currency": quotation.currency,
        "valid_until": offer.valid_until,
        "promised_on": offer.promised_on,
        "terms": offer.terms,
        "net": _plain(offer.net),
        "tax": _plain(offer.tax),
        "lines": [
            {
                "sku": line.sku,
                "text": line.text,
                "quantity": _plain(line.quantity),
                "uom": line.uom,
                "unit_price": _plain(line.unit_price),
                "net": _plain(line.net),
                "promised_on": line.promised_on,
            }
            for line in offer.lines
        ],
    }


def _plain(value: object) -> str:
    """Databases answer 10 and 10.0000 for the same amount."""
    return format(value, "f").rstrip("0").rstrip(".") if "." in format(value, "f") else f"{value}"


def _may_leave(work: UnitOfWork, quotation: Quotation, offer: QuotationVersion) -> None:
    if not QUOTATION_FLOW.allows(offer.state, QuotationState.SENT):
        raise refused(quotation, offer, _("Quotation %(number)s is %(state)s: it can not be sent."))
    if is_over(offer.valid_until, utcnow().date()):
        raise RuleBroken(
            _("It is valid until a day that is over."),
            fields={"valid_until": _("Choose a later day.")},
        )
    if offer.state is QuotationState.DRAFT and needs_approval(work, offer):
        raise RuleBroken(
            _(
                "%(percent)s per cent below the ERP's price is more than you may give away: ask"
                " for approval first.",
                percent=_plain(offer.given_away),
            )
        )
    facts = facts_of(work, quotation, offer)
    if blocking := [one.text for one in findings(quotation, offer, facts) if one.blocks]:
        raise RuleBroken(_("It can not be sent now. %(why)s", why=" ".join(blocking)))


def _announce(work: UnitOfWork, quotation: Quotation, offer: QuotationVersion) -> None:
    work.publish(
        QuotationSent(
            quotation_id=quotation.id,
            version_id=offer.id,
            customer_id=quotation.customer_id,
            opportunity_id=quotation.opportunity_id,
            number=quotation.number,
            total=offer.total(quotation.currency),
        )
    )
