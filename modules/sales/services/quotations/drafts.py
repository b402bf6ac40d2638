"""Draft, change, revise and cancel quotations. The caller commits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.actor import ActorKind
from core.clock import utcnow
from core.companies import fetch
from core.errors import NotFound, RuleBroken
from core.numbers import next_number
from core.versions import check_version
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.catalog.services import tax_rates
from modules.sales.models import Quotation, QuotationLine, QuotationVersion
from modules.sales.rules import totals
from modules.sales.rules.pricing import Discount, DiscountKind, discounted, given_away
from modules.sales.rules.quotations import QUOTATION_FLOW, REVISABLE, QuotationState
from modules.sales.services.quotations.policy import policy_of
from modules.sales.services.quotations.prices import Quoted
from modules.sales.services.quotations.story import tell
from modules.sales.services.quotations.wishes import Granted, OfferLine, OfferWish, grant

SERIES = "QU"


def get_quotation(
    work: UnitOfWork, quotation_id: UUID, *, lock: bool = False
) -> tuple[Quotation, QuotationVersion]:
    """The quotation and its newest version with its lines. Raise NotFound."""
    quotation = fetch(work, Quotation, quotation_id, lock=lock)
    return quotation, version_of(work, quotation, quotation.revision)


def version_of(work: UnitOfWork, quotation: Quotation, revision: int) -> QuotationVersion:
    """Raise NotFound when the quotation never had such a version."""
    statement = (
        select(QuotationVersion)
        .where(QuotationVersion.quotation_id == quotation.id, QuotationVersion.revision == revision)
        .options(selectinload(QuotationVersion.lines))
    )
    found = work.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("%(number)s has no such version.", number=quotation.number))
    return found


def draft_quotation(work: UnitOfWork, wish: OfferWish) -> Quotation:
    granted = grant(work, wish)
    company = granted.checked.company
    quotation = Quotation(
        company_id=company.id,
        number=next_number(work, company.id, SERIES),
        customer_id=granted.checked.customer.id,
        currency=wish.currency,
        revision=1,
        opportunity_id=wish.opportunity_id,
        owner_id=work.actor.id if work.actor.kind is not ActorKind.SYSTEM else None,
    )
    work.session.add(quotation)
    work.session.flush()
    _add_version(work, quotation, wish, granted)
    tell(work, quotation, "quoted", text=lazy("Quotation %(number)s drafted"))
    return quotation


def change_quotation(
    work: UnitOfWork, quotation_id: UUID, wish: OfferWish, *, version: int | None
) -> Quotation:
    """Replace what a draft offers. Raise Stale when it was saved since ``version`` was read."""
    quotation, draft = get_quotation(work, quotation_id, lock=True)
    check_version(quotation, version)
    if draft.state is not QuotationState.DRAFT:
        text = _("Quotation %(number)s is %(state)s: revise it to change what it offers.")
        raise refused(quotation, draft, text)
    granted = grant(work, wish)
    if granted.checked.customer.id != quotation.customer_id:
        raise RuleBroken(_("A quotation stays with its customer: draft another one."))
    draft.lines.clear()
    work.session.flush()
    _fill(work, draft, wish, granted)
    touch(work, quotation)
    return quotation


def revise_quotation(work: UnitOfWork, quotation_id: UUID, *, version: int | None) -> Quotation:
    """A new version with the same lines at today's prices; the old one is kept as it was."""
    quotation, old = get_quotation(work, quotation_id, lock=True)
    check_version(quotation, version)
    if old.state not in REVISABLE:
        raise refused(quotation, old, _("Quotation %(number)s is %(state)s: it stays as it is."))
    wish = _without_past_days(wish_of(quotation, old))
    granted = grant(work, wish)
    if QUOTATION_FLOW.allows(old.state, QuotationState.REVISED):
        old.state = QUOTATION_FLOW.step(old.state, QuotationState.REVISED)
    quotation.revision += 1
    _add_version(work, quotation, wish, granted)
    touch(work, quotation)
    text = lazy("Quotation %(number)s: version %(revision)s begun")
    tell(work, quotation, "revised", text=text, revision=str(quotation.revision))
    return quotation


def cancel_quotation(work: UnitOfWork, quotation_id: UUID) -> Quotation:
    quotation, newest = get_quotation(work, quotation_id, lock=True)
    if not QUOTATION_FLOW.allows(newest.state, QuotationState.CANCELLED):
        raise refused(quotation, newest, _("Quotation %(number)s is %(state)s already."))
    newest.state = QUOTATION_FLOW.step(newest.state, QuotationState.CANCELLED)
    touch(work, quotation)
    tell(work, quotation, "quotation_cancelled", text=lazy("Quotation %(number)s cancelled"))
    return quotation


def wish_of(quotation: Quotation, version: QuotationVersion) -> OfferWish:
    """What was wished when it was made: the ERP's prices are asked for again."""
    return OfferWish(
        customer_id=quotation.customer_id,
        currency=quotation.currency,
        lines=tuple(
            OfferLine(
                sku=line.sku,
                quantity=line.quantity,
                price=line.own_price,
                discount=line.discount,
                text=line.text,
                promised_on=line.promised_on,
            )
            for line in version.lines
        ),
        valid_until=version.valid_until,
        promised_on=version.promised_on,
        discount=version.discount,
        terms=version.terms,
        opportunity_id=quotation.opportunity_id,
    )


def touch(work: UnitOfWork, quotation: Quotation) -> None:
    """What changed stands on a version: it is another version of the quotation all the same."""
    quotation.updated_at = utcnow()
    work.session.flush()


def refused(quotation: Quotation, version: QuotationVersion, text: str) -> RuleBroken:
    """``text`` may name the quotation's number and state."""
    return RuleBroken(text % {"number": quotation.number, "state": _(version.state)})


def _without_past_days(wish: OfferWish) -> OfferWish:
    """Valid for as long as the policy says, from today; promised days that are over are gone."""
    today = utcnow().date()

    def ahead(day: date | None) -> date | None:
        return day if day is not None and day >= today else None

    lines = tuple(replace(line, promised_on=ahead(line.promised_on)) for line in wish.lines)
    return replace(wish, valid_until=None, promised_on=ahead(wish.promised_on), lines=lines)


def _add_version(
    work: UnitOfWork, quotation: Quotation, wish: OfferWish, granted: Granted
) -> QuotationVersion:
    version = QuotationVersion(
        company_id=quotation.company_id,
        quotation_id=quotation.id,
        revision=quotation.revision,
        state=QuotationState.DRAFT,  # said, so that the journal begins with it
    )
    _fill(work, version, wish, granted)
    work.session.add(version)
    work.session.flush()
    return version


def _fill(work: UnitOfWork, version: QuotationVersion, wish: OfferWish, granted: Granted) -> None:
    company = granted.checked.company
    days = policy_of(work, company.id).valid_days
    version.valid_until = wish.valid_until or utcnow().date() + timedelta(days=days)
    version.promised_on, version.terms = wish.promised_on, wish.terms
    version.discount = wish.discount
    version.refusal = ""
    overall = Discount(DiscountKind.PERCENT, wish.discount) if wish.discount else None
    version.lines = [
        _line(position, line, granted.checked.products[line.sku], (quoted, overall))
        for position, (line, quoted) in enumerate(
            zip(wish.lines, granted.quoted, strict=True), start=1
        )
    ]
    _add_up(work, version, granted)


def _line(
    position: int,
    wish: OfferLine,
    product: Product,
    priced: tuple[Quoted, Discount | None],
) -> QuotationLine:
    quoted, overall = priced
    theirs = quoted.price
    # A granted wish has a price of its own where the ERP has none.
    price = wish.price if wish.price is not None else theirs.amount if theirs else Decimal()
    return QuotationLine(
        position=position,
        product_id=product.id,
        sku=product.sku,
        text=wish.text or product.name,
        quantity=wish.quantity,
        uom=product.uom,
        erp_price=theirs.amount if theirs else None,
        price_list=theirs.list_name if theirs else "",
        price_source=quoted.source,
        price_known_until=quoted.known_until,
        own_price=wish.price,
        discount_kind=wish.discount and wish.discount.kind,
        discount_value=wish.discount and wish.discount.value,
        unit_price=discounted(price, (wish.discount, overall)),
        taxes=list(product.taxes),
        promised_on=wish.promised_on,
    )


def _add_up(work: UnitOfWork, version: QuotationVersion, granted: Granted) -> None:
    arithmetic, currency = granted.checked.arithmetic, granted.checked.company.currency
    priced = [line.priced(currency, arithmetic.rounding) for line in version.lines]
    for line, one in zip(version.lines, priced, strict=True):
        line.net = one.net.amount
    rates = tax_rates(work, {tax for one in priced for tax in one.taxes})
    sums = totals(priced, rates, currency=currency, arithmetic=arithmetic)
    version.net, version.tax = sums.net.amount, sums.tax.amount
    version.given_away = max(given_away(line.erp_price, line.unit_price) for line in version.lines)
