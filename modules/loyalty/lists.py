"""What lists of members, vouchers and postings sort, filter and search by."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from core.api.listing import Listing
from core.search import matching
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.loyalty.models import Lot, Member, Posting, Tier, Voucher
from modules.loyalty.rules import codes
from modules.sales.models import Order


def _member(text: str) -> ColumnElement[bool]:
    return or_(
        Member.number.istartswith(text.strip(), autoescape=True),
        Member.party_id.in_(matching(PARTY, text)),
    )


def _voucher(text: str) -> ColumnElement[bool]:
    return or_(
        Voucher.code.startswith(codes.normal(text), autoescape=True),
        Member.party_id.in_(matching(PARTY, text)),
    )


MEMBERS = Listing(
    name="members",
    statement=select(
        Member.id,
        Member.number,
        Member.party_id,
        Party.name.label("party"),
        Member.state,
        Tier.name.label("tier"),
        Member.standing,
        Member.tier_until,
        Member.balance,
        Member.escrow,
        Member.lifetime,
        Member.joined_on,
    )
    .join(Party, Party.id == Member.party_id)
    .outerjoin(Tier, Tier.id == Member.tier_id),
    sorts={"balance": Member.balance, "number": Member.number, "id": Member.id},
    default="-id",
    filters={
        "state": Member.state,
        "party_id": Member.party_id,
        "tier_id": Member.tier_id,
        "tier": Tier.name,
        "standing": Member.standing,
    },
    search=_member,
)

VOUCHERS = Listing(
    name="vouchers",
    statement=select(
        Voucher.id,
        Voucher.code,
        Voucher.title,
        Voucher.member_id,
        Member.party_id,
        Party.name.label("party"),
        Voucher.kind,
        Voucher.value,
        Voucher.currency,
        Voucher.points,
        Voucher.state,
        Voucher.expires_on,
        Voucher.order_id,
        Order.number.label("order"),
        Voucher.used_at,
        Voucher.discount,
    )
    .join(Member, Member.id == Voucher.member_id)
    .join(Party, Party.id == Member.party_id)
    .outerjoin(Order, Order.id == Voucher.order_id),
    sorts={"expires_on": Voucher.expires_on, "id": Voucher.id},
    default="-id",
    filters={
        "state": Voucher.state,
        "member_id": Voucher.member_id,
        "order_id": Voucher.order_id,
        "code": lambda text: Voucher.code == codes.normal(text),
    },
    search=_voucher,
)

POSTINGS = Listing(
    name="postings",
    statement=select(
        Posting.id,
        Posting.member_id,
        Posting.kind,
        Posting.source,
        Posting.rule,
        Posting.member,
        Posting.escrow,
        Posting.issued,
        Posting.redeemed,
        Posting.expired,
        Posting.breakage,
        Posting.reason,
        Posting.posted_at,
        Posting.actor,
    ),
    sorts={"id": Posting.id},
    default="-id",
    filters={"member_id": Posting.member_id, "kind": Posting.kind},
)

LOTS = Listing(
    name="lots",
    statement=select(
        Lot.id,
        Lot.member_id,
        Lot.state,
        Lot.source,
        Lot.points,
        Lot.left,
        Lot.reversed,
        Lot.lapsed,
        Lot.earned_on,
        Lot.available_on,
        Lot.expires_on,
    ),
    sorts={"expires_on": Lot.expires_on, "id": Lot.id},
    default="-id",
    filters={"member_id": Lot.member_id, "state": Lot.state},
)
