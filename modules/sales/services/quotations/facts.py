"""What speaks against sending a quotation: old prices, short stock, a customer who owes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core import traits
from core.clock import utcnow
from core.sync.facts import known_until
from core.web import formats
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.contacts.models import Party
from modules.sales.models import Quotation, QuotationLine, QuotationVersion, SalesPolicy
from modules.sales.rules.quotations import Doubt, Finding, Policy, is_old
from modules.sales.services.quotations.policy import policy_of
from modules.sales.services.quotations.prices import Quoted, quote

#: Of the module stock, when it is on: pieces that can still be promised, by product.
AVAILABLE, LEVEL = "stock.available", "stock.level"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What the ERP says of a line now. ``available`` None: it says nothing, or it is a service."""

    price: Quoted
    available: Decimal | None
    stock_known_until: datetime | None
    stocked: bool
    short: bool
    price_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """In the company's currency; None: nobody says."""

    overdue: Decimal | None
    limit: Decimal | None
    left: Decimal | None
    on_hold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    policy: SalesPolicy
    lines: Mapping[UUID, LineFacts]
    credit: Credit

    def price_age(self) -> timedelta:
        return timedelta(hours=self.policy.price_age_h)

    def stock_age(self) -> timedelta:
        return timedelta(hours=self.policy.stock_age_h)


def facts_of(work: UnitOfWork, quotation: Quotation, version: QuotationVersion) -> Facts:
    """The same few queries for one line as for hundreds."""
    return Facts(
        policy=policy_of(work, quotation.company_id),
        lines=_line_facts(work, quotation, version.lines),
        credit=credit_of(work, quotation.customer_id),
    )


def credit_of(work: UnitOfWork, customer_id: UUID) -> Credit:
    def ask(name: str) -> Decimal | None:
        found: Decimal | None = traits.value(work, f"billing.{name}", customer_id)
        return found

    return Credit(
        overdue=ask("overdue"),
        limit=ask("credit_limit"),
        left=ask("credit_left"),
        on_hold=bool(traits.value(work, "billing.on_hold", customer_id)),
    )


def _line_facts(
    work: UnitOfWork, quotation: Quotation, lines: Sequence[QuotationLine]
) -> dict[UUID, LineFacts]:
    keys = [line.product_id for line in lines]
    rows = work.session.scalars(select(Product).where(Product.id.in_(keys)))
    products = {product.id: product for product in rows}
    customer = work.session.get_one(Party, quotation.customer_id)
    wanted = [(products[line.product_id], line.quantity) for line in lines]
    today = utcnow().date()
    prices = quote(work, customer, wanted, currency=quotation.currency, on=today)
    available = traits.values(work, AVAILABLE, keys)
    polled = known_until(work, [LEVEL])
    return {
        line.id: _about(line, product, price, (available, polled))
        for line, (product, _quantity), price in zip(lines, wanted, prices, strict=True)
    }


def _about(
    line: QuotationLine,
    product: Product,
    price: Quoted,
    stock: tuple[Mapping[UUID, Decimal], Mapping[tuple[str, str], datetime]],
) -> LineFacts:
    available = stock[0].get(product.id) if product.stocked else None
    now = price.price.amount if price.price else None
    return LineFacts(
        price=price,
        available=available,
        stock_known_until=stock[1].get((product.source, LEVEL)),
        stocked=product.stocked,
        short=available is not None and available < line.quantity,
        price_changed=now != line.erp_price,
    )


def findings(quotation: Quotation, version: QuotationVersion, facts: Facts) -> list[Finding]:
    """In the order of the lines, the customer's credit last."""
    found = [
        finding for line in version.lines for finding in _line_findings(quotation, line, facts)
    ]
    return [*found, *_credit_findings(quotation, version, facts)]


def _line_findings(quotation: Quotation, line: QuotationLine, facts: Facts) -> Iterator[Finding]:
    about, old = facts.lines[line.id], facts.policy.old_facts
    now = utcnow()
    if is_old(about.price.known_until, now=now, most=facts.price_age()):
        text = _(
            "The price of %(sku)s is of %(when)s: older than the policy allows.",
            sku=line.sku,
            when=formats.clock(about.price.known_until),
        )
        yield Finding(doubt=Doubt.PRICE_OLD, policy=old, text=text)
    if about.price_changed:
        yield Finding(
            doubt=Doubt.PRICE_CHANGED, policy=Policy.WARN, text=_changed(quotation, line, about)
        )
    if about.available is None:
        return
    until = about.stock_known_until
    if until is not None and is_old(until, now=now, most=facts.stock_age()):
        text = _(
            "The stock of %(sku)s is of %(when)s: older than the policy allows.",
            sku=line.sku,
            when=formats.clock(until),
        )
        yield Finding(doubt=Doubt.STOCK_OLD, policy=old, text=text)
    if about.short:
        text = _(
            "Of %(sku)s %(available)s are available, %(wanted)s are offered.",
            sku=line.sku,
            available=formats.quantity(about.available, line.uom),
            wanted=formats.quantity(line.quantity, line.uom),
        )
        yield Finding(doubt=Doubt.STOCK_SHORT, policy=Policy.WARN, text=text)


def _changed(quotation: Quotation, line: QuotationLine, about: LineFacts) -> str:
    now = about.price.price
    if now is None:
        return _("The ERP has no price of %(sku)s any more.", sku=line.sku)
    return _(
        "The ERP's price of %(sku)s is %(now)s now.",
        sku=line.sku,
        now=formats.money(now.amount, quotation.currency),
    )


def _credit_findings(
    quotation: Quotation, version: QuotationVersion, facts: Facts
) -> Iterator[Finding]:
    credit, policy, currency = facts.credit, facts.policy.credit, quotation.currency
    if credit.overdue:
        amount = formats.money(credit.overdue, currency)
        text = _("The customer is overdue with %(amount)s.", amount=amount)
        yield Finding(doubt=Doubt.OVERDUE, policy=policy, text=text)
    if credit.on_hold:
        text = _("The customer is on credit hold in the ERP: it would not ship.")
        yield Finding(doubt=Doubt.CREDIT, policy=policy, text=text)
    elif credit.left is not None and credit.left < version.net + version.tax:
        left = formats.money(credit.left, currency)
        text = _("The customer's credit does not cover it: %(left)s are left.", left=left)
        yield Finding(doubt=Doubt.CREDIT, policy=policy, text=text)
