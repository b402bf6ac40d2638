"""Points for paid invoices, taken back for credit notes; and points that are given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.deeds import Asked
from core.errors import RuleBroken
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoicePaid
from modules.billing.models import Invoice
from modules.loyalty.models import Credit, EarningRule, Lot, Member, Programme, Tier
from modules.loyalty.rules import entries
from modules.loyalty.rules.earning import Bought, Paid, points_of, to_take_back
from modules.loyalty.rules.states import MemberState, PostingKind
from modules.loyalty.services.ledger import (
    Origin,
    Span,
    add_lot,
    is_posted,
    pay_owed,
    post,
    reverse,
)
from modules.loyalty.services.members import earning_member, enrol, locked, member_of, tell
from modules.loyalty.services.passing import pass_time
from modules.loyalty.services.programmes import day_of, programme_of, rules_of
from modules.loyalty.services.tiers import withdraw_tier

#: Points one deed or person may give at once.
MOST_GRANTED = 1_000_000


def earn(event: InvoicePaid, work: UnitOfWork) -> None:
    """What every rule gives for the invoice, in escrow; less what was credited before."""
    invoice = _invoice(work, event.invoice_id)
    programme = programme_of(work, invoice.company_id)
    if programme is None or not programme.active:
        return
    member = earning_member(work, programme, invoice.customer_id)
    if member is None:
        return
    for rule in rules_of(work, programme.id):
        if rule.active:
            _earn_by(work, member, invoice, rule=rule, programme=programme)
    _take_back(work, member, invoice)
    pass_time(work, member.id)


def credit(event: CreditNoteIssued, work: UnitOfWork) -> None:
    """Remember what was credited, and take back what that part had earned."""
    if (invoice_id := event.credited_id or _billed_by(work, event.order_id)) is not None:
        _credit(work, invoice_id, event.invoice_id, event.total.amount)


def cancel(event: InvoiceCancelled, work: UnitOfWork) -> None:
    """As a credit note over all of it."""
    _credit(work, event.invoice_id, event.invoice_id, event.total.amount)


def grant(asked: Asked, work: UnitOfWork) -> None:
    """The deed ``loyalty.grant_points``: once per key, spendable at once, no step to a tier."""
    points = int(asked.settings["points"])
    member = enrol(work, asked.record_id)
    give(work, member.id, points, key=f"deed:{asked.key}", reason=asked.reason)


def give(work: UnitOfWork, member_id: UUID, points: int, *, key: str, reason: str) -> None:
    """Points as a present or to make good for something. The same ``key`` is the same present."""
    if not 1 <= points <= MOST_GRANTED:
        raise RuleBroken(_("Give between 1 and %(most)s points.", most=MOST_GRANTED))
    member, origin = locked(work, member_id), Origin(key)
    if is_posted(work, origin):
        return
    if member.state is not MemberState.ACTIVE:
        raise RuleBroken(_("Only an active member is given points."))
    programme = work.session.get_one(Programme, member.programme_id)
    today = day_of(work)
    post(work, member, PostingKind.GRANTED, entries.granted(points), origin, reason=reason)
    span = Span(earned_on=today, available_on=today, expires_on=programme.expiry_after(today))
    add_lot(work, member, points, origin, span=span, qualifying=False)
    pay_owed(work, member)
    tell(work, member, "granted", lazy("%(points)s points given"), points=str(points))


def _earn_by(
    work: UnitOfWork, member: Member, invoice: Invoice, *, rule: EarningRule, programme: Programme
) -> None:
    origin = Origin(f"billing.invoice:{invoice.id}", str(rule.id))
    earned_on = invoice.issued_on or day_of(work)
    points = points_of(_paid(invoice, earned_on), rule.terms, percent=_percent(work, member))
    if not points or is_posted(work, origin):
        return
    post(work, member, PostingKind.EARNED, entries.earned(points), origin, reason=rule.name)
    available_on = earned_on + timedelta(days=programme.return_days)
    span = Span(
        earned_on=earned_on,
        available_on=available_on,
        expires_on=programme.expiry_after(available_on),
    )
    add_lot(work, member, points, origin, span=span, qualifying=True)
    member.lifetime += points
    tell(
        work,
        member,
        "earned",
        lazy("%(points)s points earned by invoice %(number)s"),
        points=str(points),
        number=invoice.number or "",
    )


def _paid(invoice: Invoice, issued_on: date) -> Paid:
    return Paid(
        currency=invoice.currency,
        net=invoice.net,
        issued_on=issued_on,
        lines=[
            Bought(product_id=line.product_id, quantity=line.quantity, net=line.net)
            for line in invoice.lines
        ],
    )


def _percent(work: UnitOfWork, member: Member) -> int:
    if member.tier_id is None:
        return 100
    return work.session.get_one(Tier, member.tier_id).earn_percent


def _credit(work: UnitOfWork, invoice_id: UUID, document_id: UUID, amount: Decimal) -> None:
    invoice = _invoice(work, invoice_id)
    known = select(Credit.id).where(Credit.document_id == document_id)
    if work.session.scalar(known) is not None:
        return
    work.session.add(
        Credit(
            company_id=invoice.company_id,
            document_id=document_id,
            invoice_id=invoice_id,
            amount=amount,
        )
    )
    work.session.flush()
    if (member := _holder(work, invoice)) is not None:
        _take_back(work, member, invoice)


def _take_back(work: UnitOfWork, member: Member, invoice: Invoice) -> None:
    """Bring every lot of the invoice to what its credits leave of it."""
    notes = _credits(work, invoice.id)
    if not notes:
        return
    credited, last = sum((note.amount for note in notes), Decimal()), notes[-1]
    taken = 0
    for lot in _lots(work, invoice.id):
        wanted = to_take_back(lot.points, credited=credited, total=invoice.total.amount)
        if (points := wanted - lot.reversed) > 0:
            origin = Origin(f"billing.credit:{last.document_id}", lot.rule)
            reverse(work, member, lot, points, origin=origin)
            taken += points
    if taken:
        tell(
            work,
            member,
            "reversed",
            lazy("%(points)s points of invoice %(number)s taken back"),
            points=str(taken),
            number=invoice.number or "",
        )
        withdraw_tier(work, member)


def _holder(work: UnitOfWork, invoice: Invoice) -> Member | None:
    """Under lock, who has the lots the invoice earned."""
    owner = select(Lot.member_id).where(Lot.source == f"billing.invoice:{invoice.id}").limit(1)
    if (member_id := work.session.scalar(owner)) is not None:
        return locked(work, member_id)
    found = member_of(work, invoice.customer_id)
    return locked(work, found.id) if found else None


def _lots(work: UnitOfWork, invoice_id: UUID) -> Sequence[Lot]:
    mine = Lot.source == f"billing.invoice:{invoice_id}"
    return work.session.scalars(select(Lot).where(mine).order_by(Lot.id)).all()


def _credits(work: UnitOfWork, invoice_id: UUID) -> Sequence[Credit]:
    mine = select(Credit).where(Credit.invoice_id == invoice_id)
    return work.session.scalars(mine.order_by(Credit.id)).all()


def _billed_by(work: UnitOfWork, order_id: UUID | None) -> UUID | None:
    """Where the ERP does not say which invoice it credits: the order's only one."""
    if order_id is None:
        return None
    mine = select(Invoice.id).where(Invoice.order_id == order_id, Invoice.kind == "invoice")
    found = work.session.scalars(mine.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _invoice(work: UnitOfWork, invoice_id: UUID) -> Invoice:
    """Locked: what earns and what takes back arrive by ways of their own, and see each other."""
    wanted = select(Invoice).where(Invoice.id == invoice_id).options(selectinload(Invoice.lines))
    return work.session.scalars(wanted.with_for_update()).one()
