"""What campaigns bring: paid invoices, told of the first and of the last touch before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, func, literal, select, union_all

from core.work import UnitOfWork
from modules.billing.models import Invoice
from modules.marketing.models import Attribution, Campaign, Send, Touch
from modules.marketing.rules.states import Model, SendState, TouchKind
from modules.marketing.services.permitted import policy_of

#: Makes the key of what takes back a cancelled invoice.
_CANCELLED = UUID("5b0f4b0a-7c86-4d54-9d7f-3c1f7f2f6f10")


@dataclass(frozen=True, slots=True)
class Revenue:
    """Per model: how many invoices, and their net sums by currency."""

    invoices: int
    sums: Mapping[str, Decimal]


def attribute(work: UnitOfWork, invoice_id: UUID) -> None:
    """The invoice is paid: whose campaign was it? Told twice it counts once."""
    invoice = work.session.get(Invoice, invoice_id)
    if invoice is None or _known(work, invoice_id):
        return
    issued_on = invoice.issued_on or invoice.observed_at.date()
    found = touches(work, invoice.customer_id, invoice.company_id, until=issued_on)
    if not found:
        return
    for model, touch in ((Model.FIRST, found[0]), (Model.LAST, found[-1])):
        row = _row(invoice, touch, model, issued_on=issued_on)
        work.session.add(row)


def take_back(
    work: UnitOfWork, invoice_id: UUID, *, source_id: UUID | None = None, net: Decimal | None = None
) -> None:
    """A paid invoice was credited by ``net``, or cancelled as a whole: the same amount less."""
    source = source_id or uuid5(_CANCELLED, str(invoice_id))
    if _known(work, source):
        return
    own = select(Attribution).where(Attribution.source_id == invoice_id)
    for row in work.session.scalars(own).all():
        less = row.net if net is None else min(net, row.net)
        work.session.add(
            Attribution(
                company_id=row.company_id, source_id=source, invoice_id=invoice_id,
                model=row.model, campaign_id=row.campaign_id, party_id=row.party_id,
                kind=row.kind, touched_at=row.touched_at, issued_on=row.issued_on,
                net=-less, currency=row.currency,
            )
        )  # fmt: skip


def touches(
    work: UnitOfWork, party_id: UUID, company_id: UUID, *, until: date
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Campaigns the customer met within the window before that day's end, in order.

    A mail that went out is a touch, a click and a form are later and so stronger ones.
    """
    end = datetime.combine(until, time.max, UTC)
    since = end - timedelta(days=policy_of(work, company_id).window_days)
    mails = select(
        Send.campaign_id.label("campaign_id"),
        Send.sent_at.label("at"),
        literal(TouchKind.SEND.value).label("kind"),
    ).where(
        Send.party_id == party_id,
        Send.campaign_id.is_not(None),
        Send.state == SendState.SENT,
        Send.sent_at.between(since, end),
    )
    others = select(Touch.campaign_id, Touch.at, Touch.kind).where(
        Touch.party_id == party_id, Touch.at.between(since, end)
    )
    both = union_all(mails, others).subquery()
    statement = select(both.c.campaign_id, both.c.at, both.c.kind).order_by(both.c.at)
    return work.session.execute(statement).all()


def touched_by_form(work: UnitOfWork, party_id: UUID, utm: Mapping[str, str], at: datetime) -> None:
    """A form came in whose address named one of our campaigns."""
    slug = utm.get("utm_campaign", "")
    campaign = work.session.scalar(select(Campaign).where(Campaign.slug == slug)) if slug else None
    if campaign is not None:
        touch = Touch(
            company_id=campaign.company_id,
            party_id=party_id,
            campaign_id=campaign.id,
            kind=TouchKind.FORM,
            at=at,
            utm=dict(utm),
        )
        work.session.add(touch)


def revenue(work: UnitOfWork, campaign_id: UUID) -> dict[Model, Revenue]:
    statement = (
        select(
            Attribution.model,
            Attribution.currency,
            func.sum(Attribution.net),
            func.count(func.distinct(Attribution.invoice_id)),
        )
        .where(Attribution.campaign_id == campaign_id)
        .group_by(Attribution.model, Attribution.currency)
    )
    found = {model: Revenue(0, {}) for model in Model}
    for model, currency, net, invoices in work.session.execute(statement):
        before = found[model]
        sums = {**before.sums, currency: Decimal(net)}
        found[model] = Revenue(before.invoices + int(invoices), sums)
    return found


def _known(work: UnitOfWork, source_id: UUID) -> bool:
    own = select(Attribution.id).where(Attribution.source_id == source_id)
    return work.session.scalar(own.limit(1)) is not None


def _row(
    invoice: Invoice, touch: Row[*tuple[Any, ...]], model: Model, *, issued_on: date
) -> Attribution:
    return Attribution(
        company_id=invoice.company_id,
        source_id=invoice.id,
        invoice_id=invoice.id,
        model=model,
        campaign_id=touch.campaign_id,
        party_id=invoice.customer_id,
        kind=TouchKind(touch.kind),
        touched_at=touch.at,
        issued_on=issued_on,
        net=invoice.net,
        currency=invoice.currency,
    )
