"""The customer's answer to a quotation: a yes is an order in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.errors import Invalid, NotFound, RuleBroken
from core.security.callers import secret_hash
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.sales.events import QuotationAccepted, QuotationDeclined
from modules.sales.models import (
    Order,
    Quotation,
    QuotationAnswer,
    QuotationLink,
    QuotationVersion,
)
from modules.sales.rules.quotations import QUOTATION_FLOW, QuotationState, is_over
from modules.sales.services.orders import confirm_order, draft_order, get_order
from modules.sales.services.promises import promise_what_was_offered
from modules.sales.services.quotations.drafts import get_quotation, touch, version_of
from modules.sales.services.quotations.story import tell
from modules.sales.services.wishes import LineWish, OrderWish

#: Longer than any name, and than any signature a hand draws.
_LONGEST_NAME, _LONGEST_PATH = 200, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Who answers, and what proves it. ``seal`` is that of the version they saw."""

    name: str
    seal: str
    signature: str = ""
    address: str = ""
    browser: str = ""
    #: The user who writes it down for the customer.
    recorded_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to: the version it was made for, and whether a newer one is there."""

    quotation: Quotation
    version: QuotationVersion
    answer: QuotationAnswer | None

    @property
    def is_newest(self) -> bool:
        return self.version.revision == self.quotation.revision

    @property
    def is_open(self) -> bool:
        """It can be accepted now."""
        waits = self.version.state is QuotationState.SENT and self.is_newest
        return waits and not is_over(self.version.valid_until, utcnow().date())


def link_of(work: UnitOfWork, token: str) -> QuotationLink:
    """Raise NotFound for a secret that opens nothing, or nothing any more."""
    statement = select(QuotationLink).where(
        QuotationLink.token_hash == secret_hash(token), QuotationLink.expires_at > utcnow()
    )
    link = work.session.scalar(statement)
    if link is None:
        raise NotFound(_("This address leads to no quotation, or not any more."))
    return link


def open_link(work: UnitOfWork, token: str) -> Opened:
    link = link_of(work, token)
    version = work.session.get_one(QuotationVersion, link.version_id)
    quotation = work.session.get_one(Quotation, version.quotation_id)
    return Opened(
        quotation,
        version_of(work, quotation, version.revision),
        answer_to(work, version.id),
    )


def note_opening(work: UnitOfWork, token: str) -> None:
    """The first time, for who waits for it."""
    link = link_of(work, token)
    if link.seen_at is None:
        link.seen_at = utcnow()


def answer_to(work: UnitOfWork, version_id: UUID) -> QuotationAnswer | None:
    statement = select(QuotationAnswer).where(QuotationAnswer.version_id == version_id)
    return work.session.scalar(statement)


def accept(work: UnitOfWork, quotation_id: UUID, revision: int, given: Answered) -> Order:
    """Make the order, confirmed and on its way to the ERP, and keep what proves the yes.

    A yes that was given before is the same yes: its order is answered again. Raise RuleBroken for
    an offer that is over, or that a newer version took the place of.
    """
    quotation, offer = _locked(work, quotation_id, revision)
    if quotation.order_id is not None and offer.state is QuotationState.ORDERED:
        return get_order(work, quotation.order_id)
    _check(quotation, offer, given)
    offer.state = QUOTATION_FLOW.step(offer.state, QuotationState.ACCEPTED)
    work.session.add(_kept(offer, given, accepted=True))
    order = _ordered(work, quotation, offer)
    offer.state = QUOTATION_FLOW.step(offer.state, QuotationState.ORDERED)
    quotation.order_id = order.id
    touch(work, quotation)
    text = lazy("Quotation %(number)s accepted by %(name)s: order %(order)s")
    name = given.name.strip()
    tell(work, quotation, "quotation_accepted", text=text, name=name, order=order.number)
    work.publish(
        QuotationAccepted(**_about(quotation, offer), order_id=order.id)  # type: ignore[arg-type]  # the fields of QuotationEvent
    )
    return order


def decline(
    work: UnitOfWork, quotation_id: UUID, revision: int, given: Answered, *, reason: str
) -> Quotation:
    """Keep the no and its reason. Said twice it is the same no."""
    quotation, offer = _locked(work, quotation_id, revision)
    if offer.state is QuotationState.REJECTED:
        return quotation
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say in a few words why not.")})
    _check(quotation, offer, given)
    offer.state = QUOTATION_FLOW.step(offer.state, QuotationState.REJECTED)
    answer = _kept(offer, given, accepted=False)
    answer.reason = reason.strip()
    work.session.add(answer)
    touch(work, quotation)
    text = lazy("Quotation %(number)s declined by %(name)s: %(reason)s")
    words = {"name": given.name.strip(), "reason": answer.reason}
    tell(work, quotation, "quotation_declined", text=text, **words)
    work.publish(
        QuotationDeclined(**_about(quotation, offer), reason=answer.reason)  # type: ignore[arg-type]  # the fields of QuotationEvent
    )
    return quotation


def expire_quotations(work: UnitOfWork) -> int:
    """How many offers ended today: what nobody answered by its last day."""
    today = utcnow().date()
    waiting = select(QuotationVersion.quotation_id).where(
        QuotationVersion.state == QuotationState.SENT, QuotationVersion.valid_until < today
    )
    ended = 0
    for key in work.session.scalars(waiting.order_by(QuotationVersion.quotation_id)).all():
        quotation, offer = get_quotation(work, key, lock=True)
        if offer.state is not QuotationState.SENT or not is_over(offer.valid_until, today):
            continue  # answered or revised while we came
        offer.state = QUOTATION_FLOW.step(offer.state, QuotationState.EXPIRED)
        touch(work, quotation)
        tell(work, quotation, "quotation_expired", text=lazy("Quotation %(number)s expired"))
        ended += 1
    return ended


def _locked(
    work: UnitOfWork, quotation_id: UUID, revision: int
) -> tuple[Quotation, QuotationVersion]:
    """Whoever revises, cancels or answers it comes one after the other."""
    quotation, _newest = get_quotation(work, quotation_id, lock=True)
    return quotation, version_of(work, quotation, revision)


def _check(quotation: Quotation, offer: QuotationVersion, given: Answered) -> None:
    if offer.revision != quotation.revision:
        raise RuleBroken(
            _("There is a newer version of quotation %(number)s.", number=quotation.number)
        )
    if offer.state is QuotationState.EXPIRED or (
        offer.state is QuotationState.SENT and is_over(offer.valid_until, utcnow().date())
    ):
        raise RuleBroken(_("Quotation %(number)s has expired.", number=quotation.number))
    if offer.state is not QuotationState.SENT:
        raise RuleBroken(_("Quotation %(number)s is answered already.", number=quotation.number))
    if given.seal != offer.seal:
        raise RuleBroken(_("What you saw is not what is offered now. Load the page again."))
    _check_name(given)


def _check_name(given: Answered) -> None:
    wrong = {}
    if not given.name.strip():
        wrong["name"] = _("Type your name.")
    elif len(given.name) > _LONGEST_NAME:
        wrong["name"] = _("At most %(n)s characters.", n=_LONGEST_NAME)
    if len(given.signature) > _LONGEST_PATH:
        wrong["signature"] = _("The drawing is too large: draw it again.")
    if set(given.signature) - set("ML0123456789 "):
        wrong["signature"] = _("This is no drawing.")
    if wrong:
        raise Invalid(_("It is not signed yet."), fields=wrong)


def _kept(offer: QuotationVersion, given: Answered, *, accepted: bool) -> QuotationAnswer:
    return QuotationAnswer(
        company_id=offer.company_id,
        version_id=offer.id,
        accepted=accepted,
        name=given.name.strip(),
        signature=given.signature,
        address=given.address[:64],
        browser=given.browser[:400],
        seal=offer.seal,
        recorded_by=given.recorded_by,
        answered_at=utcnow(),
    )


def _ordered(work: UnitOfWork, quotation: Quotation, offer: QuotationVersion) -> Order:
    lines = tuple(
        LineWish(sku=line.sku, quantity=line.quantity, unit_price=line.unit_price, text=line.text)
        for line in offer.lines
    )
    wish = OrderWish(
        customer_id=quotation.customer_id,
        currency=quotation.currency,
        lines=lines,
        client_reference=f"{quotation.number}/{offer.revision}",
    )
    order, _new = draft_order(work, wish)
    confirm_order(work, order.id)
    promise_what_was_offered(work, order, offer)
    return order


def _about(quotation: Quotation, offer: QuotationVersion) -> dict[str, object]:
    return {
        "quotation_id": quotation.id,
        "version_id": offer.id,
        "customer_id": quotation.customer_id,
        "opportunity_id": quotation.opportunity_id,
        "number": quotation.number,
        "total": offer.total(quotation.currency),
    }
