"""Members, their points and their vouchers over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from core.api.blueprint import ApiBlueprint
from core.api.listing import Listing, ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.companies import visible
from core.errors import NotFound
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.loyalty.lists import LOTS, MEMBERS, POSTINGS, VOUCHERS
from modules.loyalty.models import Reward, Voucher
from modules.loyalty.schemas import (
    EnrolSchema,
    GiveSchema,
    LotSchema,
    MemberSchema,
    PostingSchema,
    RedeemSchema,
    RewardSchema,
    UseVoucherSchema,
    VoucherSchema,
)
from modules.loyalty.services.earning import give
from modules.loyalty.services.members import enrol, locked_for
from modules.loyalty.services.redeeming import call_off, redeem
from modules.loyalty.services.vouchers import take_off, use_voucher

blueprint = ApiBlueprint("loyalty", __name__, description="Points, tiers and vouchers.")

REWARDS = Listing(
    name="rewards",
    statement=select(
        Reward.id,
        Reward.name,
        Reward.description,
        Reward.points,
        Reward.kind,
        Reward.value,
        Reward.product_id,
        Reward.tier_id,
        Reward.valid_days,
        Reward.active,
    ),
    sorts={"points": Reward.points, "id": Reward.id},
    default="points",
    filters={"active": Reward.active},
)


@blueprint.get("/loyalty/members")
@requires("loyalty.read")
@lists(MEMBERS, MemberSchema)
def members(work: UnitOfWork, query: ListQuery) -> Page:
    """Members of the programme, newest first."""
    return page(work, MEMBERS, query)


@blueprint.post("/loyalty/members")
@requires("loyalty.redeem")
@writes(MemberSchema, takes=EnrolSchema, status=201)
def join(work: UnitOfWork, body: dict[str, Any]) -> Row[Any]:
    """Make a party a member; one that is already stays as it is."""
    return _member(work, enrol(work, body["party_id"], state=body["state"]).id)


@blueprint.get("/loyalty/members/<uuid:member_id>")
@requires("loyalty.read")
@reads(MemberSchema)
def member(work: UnitOfWork, member_id: UUID) -> Row[Any]:
    """A member with the points they can spend and those in escrow."""
    return _member(work, member_id)


@blueprint.post("/loyalty/members/<uuid:member_id>/grants")
@requires("loyalty.grant")
@writes(MemberSchema, takes=GiveSchema)
def grant(work: UnitOfWork, body: dict[str, Any], member_id: UUID) -> Row[Any]:
    """Give points, once per key."""
    found = locked_for(work, member_id)
    give(work, found.id, body["points"], key=f"api:{body['key']}", reason=body["reason"])
    return _member(work, member_id)


@blueprint.post("/loyalty/members/<uuid:member_id>/redemptions")
@requires("loyalty.redeem")
@writes(VoucherSchema, takes=RedeemSchema, status=201)
def buy_reward(work: UnitOfWork, body: dict[str, Any], member_id: UUID) -> Voucher:
    """Points become a voucher, once per key. 409 where the points do not suffice."""
    return redeem(work, member_id, body["reward_id"], key=f"api:{body['key']}")


@blueprint.get("/loyalty/postings")
@requires("loyalty.read")
@lists(POSTINGS, PostingSchema)
def postings(work: UnitOfWork, query: ListQuery) -> Page:
    """The ledger, newest first: each posting's entries sum to zero, and none is ever changed."""
    return page(work, POSTINGS, query)


@blueprint.get("/loyalty/lots")
@requires("loyalty.read")
@lists(LOTS, LotSchema)
def lots(work: UnitOfWork, query: ListQuery) -> Page:
    """Points by when they came; spent first expiring first."""
    return page(work, LOTS, query)


@blueprint.get("/loyalty/rewards")
@requires("loyalty.read")
@lists(REWARDS, RewardSchema)
def rewards(work: UnitOfWork, query: ListQuery) -> Page:
    """What points buy, the cheapest first."""
    return page(work, REWARDS, query)


@blueprint.get("/loyalty/vouchers")
@requires("loyalty.read")
@lists(VOUCHERS, VoucherSchema)
def vouchers(work: UnitOfWork, query: ListQuery) -> Page:
    """Vouchers, newest first; ``code`` finds one."""
    return page(work, VOUCHERS, query)


@blueprint.post("/loyalty/vouchers/use")
@requires("loyalty.redeem")
@writes(VoucherSchema, takes=UseVoucherSchema)
def use(work: UnitOfWork, body: dict[str, Any]) -> Voucher:
    """Use a voucher on a draft order. Of several at once one wins; the others get a 409."""
    work.actor.require("sales.write")
    return use_voucher(work, body["code"], body["order_id"])


@blueprint.post("/loyalty/vouchers/<uuid:voucher_id>/take-off/<uuid:order_id>")
@requires("loyalty.redeem")
@writes(VoucherSchema)
def unuse(work: UnitOfWork, voucher_id: UUID, order_id: UUID) -> Voucher:
    """Take a voucher off a draft: the prices are as before, and it is good again."""
    work.actor.require("sales.write")
    return take_off(work, voucher_id, order_id)


@blueprint.post("/loyalty/vouchers/<uuid:voucher_id>/call-off")
@requires("loyalty.grant")
@writes(VoucherSchema)
def void(work: UnitOfWork, voucher_id: UUID) -> Voucher:
    """The voucher is void, and the points it cost are back."""
    return call_off(work, voucher_id)


def _member(work: UnitOfWork, member_id: UUID) -> Row[Any]:
    work.session.flush()
    wanted = visible(work, MEMBERS.statement.where(MEMBERS.key == member_id))
    found = work.session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(_("There is no such member."))
    return found
