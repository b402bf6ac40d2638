"""Quotations as people and programs see them: the newest version, with what the ERP says now."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import and_, select

from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.sales.models import Order, Quotation, QuotationLine, QuotationVersion
from modules.sales.rules.quotations import (
    Difference,
    Piece,
    QuotationState,
    differences,
)
from modules.sales.services.quotations.answers import answer_to
from modules.sales.services.quotations.approvals import needs_approval
from modules.sales.services.quotations.drafts import version_of
from modules.sales.services.quotations.facts import LineFacts, facts_of, findings

#: The columns of a list of quotations: each in the state of its newest version.
ROWS = (
    select(
        Quotation.id,
        Quotation.number,
        Quotation.revision,
        Quotation.customer_id,
        Party.name.label("customer"),
        Quotation.currency,
        QuotationVersion.state,
        QuotationVersion.valid_until,
        QuotationVersion.given_away,
        QuotationVersion.net,
        QuotationVersion.tax,
        (QuotationVersion.net + QuotationVersion.tax).label("total"),
        QuotationVersion.sent_at,
        Quotation.owner_id,
        Quotation.opportunity_id,
        Quotation.order_id,
        Quotation.version,
        Quotation.updated_at,
    )
    .join(
        QuotationVersion,
        and_(
            QuotationVersion.quotation_id == Quotation.id,
            QuotationVersion.revision == Quotation.revision,
        ),
    )
    .join(Party, Party.id == Quotation.customer_id)
)

#: While these last the facts of the ERP matter; afterwards what was said counts.
_UNSENT = frozenset(
    {QuotationState.DRAFT, QuotationState.PENDING_APPROVAL, QuotationState.APPROVED}
)


def shown(work: UnitOfWork, quotation: Quotation) -> SimpleNamespace:
    """The newest version; its lines come with the ERP's facts while it is not sent."""
    version = version_of(work, quotation, quotation.revision)
    facts = facts_of(work, quotation, version)
    unsent = version.state in _UNSENT
    answer = answer_to(work, version.id)
    return SimpleNamespace(
        **{name: getattr(quotation, name) for name in _OWN},
        **{name: getattr(version, name) for name in _OF_VERSION},
        customer=work.session.scalar(select(Party.name).where(Party.id == quotation.customer_id)),
        order=_order_number(work, quotation),
        total=version.net + version.tax,
        needs_approval=version.state is QuotationState.DRAFT and needs_approval(work, version),
        lines=[_line(line, facts.lines[line.id]) for line in version.lines],
        findings=findings(quotation, version, facts) if unsent else [],
        credit=facts.credit,
        answer=answer,
        newest=version,
        facts=facts,
    )


def versions(work: UnitOfWork, quotation: Quotation) -> list[QuotationVersion]:
    """The newest first; without their lines."""
    statement = (
        select(QuotationVersion)
        .where(QuotationVersion.quotation_id == quotation.id)
        .order_by(QuotationVersion.revision.desc())
    )
    return list(work.session.scalars(statement))


def compared(
    work: UnitOfWork, quotation: Quotation, before: int, after: int
) -> tuple[QuotationVersion, QuotationVersion, list[Difference]]:
    """Raise NotFound when one of the two versions is not there."""
    old, new = version_of(work, quotation, before), version_of(work, quotation, after)
    return old, new, differences(_pieces(old), _pieces(new))


def _pieces(version: QuotationVersion) -> list[Piece]:
    return [
        Piece(sku=line.sku, quantity=line.quantity, unit_price=line.unit_price, net=line.net)
        for line in version.lines
    ]


def _order_number(work: UnitOfWork, quotation: Quotation) -> str | None:
    if quotation.order_id is None:
        return None
    return work.session.scalar(select(Order.number).where(Order.id == quotation.order_id))


def _line(line: QuotationLine, about: LineFacts) -> SimpleNamespace:
    return SimpleNamespace(
        **{name: getattr(line, name) for name in _OF_LINE},
        discount=line.discount,
        available=about.available,
        stock_known_until=about.stock_known_until,
        stocked=about.stocked,
        short=about.short,
        price_changed=about.price_changed,
        erp_price_now=about.price.price.amount if about.price.price else None,
        erp_price_known_until=about.price.known_until,
    )


_OWN = (
    "id",
    "number",
    "revision",
    "customer_id",
    "currency",
    "opportunity_id",
    "owner_id",
    "order_id",
    "version",
)
_OF_VERSION = (
    "state",
    "valid_until",
    "promised_on",
    "discount",
    "terms",
    "net",
    "tax",
    "given_away",
    "asked_why",
    "refusal",
    "sent_at",
    "sent_to",
    "seal",
)
_OF_LINE = (
    "id",
    "position",
    "product_id",
    "sku",
    "text",
    "quantity",
    "uom",
    "erp_price",
    "price_list",
    "price_source",
    "price_known_until",
    "own_price",
    "unit_price",
    "net",
    "promised_on",
)
