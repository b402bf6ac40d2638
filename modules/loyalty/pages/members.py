"""The list of members, the page of one, and what is done there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row, select

from core.api.listing import ListQuery, page
from core.companies import fetch, visible
from core.errors import Invalid
from core.ids import new_id
from core.requests import reading, writing
from core.security.guard import requires
from core.web.atoms import chip, state
from core.web.columns import day, link, made, number, text
from core.web.columns import state as state_column
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Empty, Facet, ListPage, labels
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.loyalty.chips import LOT, MEMBER, POSTING, STANDING, STEP, VOUCHER
from modules.loyalty.lists import MEMBERS, POSTINGS, VOUCHERS
from modules.loyalty.models import Member, Tier
from modules.loyalty.pages.blueprint import GRANT, READ, REDEEM, blueprint
from modules.loyalty.pages.forms import GrantForm
from modules.loyalty.rules.states import MEMBER_FLOW, MemberState, Standing
from modules.loyalty.services.earning import give
from modules.loyalty.services.members import enrol, locked_for, set_state
from modules.loyalty.services.redeeming import redeem
from modules.loyalty.services.showing import read_member

#: Lines of the ledger before "all".
_SHOWN = 20


def _tier(row: Row[Any]) -> Markup | str:
    if row.tier is None:
        return ""
    grace = Markup(" ") + state(row.standing, STANDING) if row.standing is Standing.GRACE else ""
    return chip(row.tier, "blue") + grace


def _tiers(work: UnitOfWork) -> dict[str, str]:
    named = visible(work, select(Tier.id, Tier.name).order_by(Tier.threshold).limit(50))
    return {str(key): name for key, name in work.session.execute(named)}


LIST = ListPage(
    title=_l("Members"),
    listing=MEMBERS,
    template="loyalty/list.html",
    search=_l("Name or member number"),
    columns=(
        link("party", _l("Member"), to="loyalty_pages.member"),
        text("number", _l("Number")),
        state_column("state", _l("State"), MEMBER),
        made("tier", _l("Tier"), _tier),
        number("balance", _l("Points")),
        number("escrow", _l("In escrow")),
        day("joined_on", _l("Joined")),
    ),
    facets=(
        Facet("state", _l("State"), choices=labels(MEMBER)),
        Facet("tier_id", _l("Tier"), choices=_tiers),
        Facet("standing", _l("Standing"), choices=labels(STANDING)),
    ),
    empty=Empty(
        _l("Who pays an invoice becomes a member, or whom you make one on their contact's page.")
    ),
)


@blueprint.get("/")
@requires(READ)
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/members/<uuid:key>")
@requires(READ)
def member(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        whole = read_member(work, key)
        mine = {"member_id": str(key)}
        ledger = page(work, POSTINGS, ListQuery(limit=_SHOWN, filters=mine))
        vouchers = page(work, VOUCHERS, ListQuery(limit=_SHOWN, filters=mine))
    return render_template(
        "loyalty/member.html",
        whole=whole,
        postings=ledger.rows,
        vouchers=vouchers.rows,
        more=ledger.next is not None,
        chips={
            "member": MEMBER,
            "standing": STANDING,
            "lot": LOT,
            "posting": POSTING,
            "step": STEP,
            "voucher": VOUCHER,
        },
        may_be=[one for one in MemberState if MEMBER_FLOW.allows(whole.member.state, one)],
        key_of_form=new_id(),
        crumbs=[(_("Loyalty"), url_for(".index")), (whole.party.name, "")],
    )


@blueprint.get("/members/<uuid:key>/ledger")
@requires(READ)
def ledger(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        name = work.session.get_one(Party, fetch(work, Member, key).party_id).name
        mine = ListQuery(filters={"member_id": str(key)}, after=request.args.get("after"))
        found = page(work, POSTINGS, mine)
    return render_template(
        "loyalty/ledger.html",
        name=name,
        postings=found.rows,
        next=found.next,
        key=key,
        chips={"posting": POSTING},
        crumbs=[
            (_("Loyalty"), url_for(".index")),
            (name, url_for(".member", key=key)),
            (_("Ledger"), ""),
        ],
    )


@blueprint.post("/parties/<uuid:party_id>/join")
@requires(REDEEM)
def join(party_id: UUID) -> ResponseReturnValue:
    with writing() as work:
        found = enrol(work, party_id)
    flash(_("Member %(number)s joined.", number=found.number), "done")
    return redirect(url_for(".member", key=found.id), 303)


@blueprint.post("/members/<uuid:key>/state")
@requires(GRANT)
def change_state(key: UUID) -> ResponseReturnValue:
    wanted = request.form.get("state", "")
    if wanted not in [one.value for one in MemberState]:
        raise Invalid(_("There is no such state."))
    version = request.form.get("version", type=int)
    with writing() as work:
        set_state(work, key, MemberState(wanted), version=version)
    flash(_("Saved."), "done")
    return redirect(url_for(".member", key=key), 303)


@blueprint.post("/members/<uuid:key>/redeem/<uuid:reward_id>")
@requires(REDEEM)
def buy(key: UUID, reward_id: UUID) -> ResponseReturnValue:
    """The form bears a key of its own, so that sent twice it is redeemed once."""
    with writing() as work:
        bought = redeem(work, key, reward_id, key=f"page:{request.form['key'][:64]}")
    flash(_("Voucher %(code)s is good until it is used.", code=bought.code), "done")
    return redirect(url_for(".voucher", key=bought.id), 303)


@blueprint.route("/members/<uuid:key>/give", methods=["GET", "POST"])
@requires(GRANT)
def give_points(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        name = work.session.get_one(Party, fetch(work, Member, key).party_id).name
    title, back = _("Give points to %(name)s", name=name), url_for(".member", key=key)
    if request.method == "GET":
        return form_page(Form(GrantForm()), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            member_id = locked_for(work, key).id
            give(work, member_id, data["points"], key=f"page:{new_id()}", reason=data["reason"])
        return back

    return submit(Form.sent(GrantForm(), request.form), save, title=title, back=back)
