"""The list of quotations, the page of one, and what can be done there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.companies import visible
from core.errors import Invalid, RuleBroken
from core.requests import host, reading, writing
from core.security.guard import requires
from core.security.models import User
from core.web.columns import day, link, moment, money, state
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.web.slots import panels
from core.work import UnitOfWork
from modules.contacts.models import ContactPoint
from modules.contacts.rules import PointKind
from modules.contacts.services.naming import name_of
from modules.sales.models import Quotation
from modules.sales.pages.quotation_blueprint import blueprint
from modules.sales.quotation_chips import QUOTATION
from modules.sales.quotation_lists import QUOTATIONS
from modules.sales.rules.quotations import REVISABLE
from modules.sales.services.quotations.answers import Answered, accept, decline
from modules.sales.services.quotations.approvals import (
    approve,
    ask_approval,
    refuse,
    take_back_asking,
)
from modules.sales.services.quotations.drafts import (
    cancel_quotation,
    get_quotation,
    revise_quotation,
    version_of,
)
from modules.sales.services.quotations.mailing import OFFERS, PDF, name_of_file
from modules.sales.services.quotations.paper import kept_paper, said_on_paper, set_paper
from modules.sales.services.quotations.sending import Way, hand_over_link, send_quotation
from modules.sales.services.quotations.showing import compared, shown, versions

NEW = Action(
    title=_l("New quotation"), endpoint="sales_quotation_pages.new", permission="sales.write"
)

LIST = ListPage(
    title=_l("Quotations"),
    listing=QUOTATIONS,
    search=_l("Number or customer"),
    columns=(
        link("number", _l("Quotation"), to="sales_quotation_pages.quotation"),
        link("customer", _l("Customer"), to="contacts_pages.party", key="customer_id"),
        state("state", _l("State"), QUOTATION),
        day("valid_until", _l("Valid until")),
        moment("sent_at", _l("Sent")),
        money("total", _l("Total")),
    ),
    facets=(
        Facet("state", _l("State"), choices=labels(QUOTATION)),
        Facet("customer_id", _l("Customer"), named=name_of),
    ),
    create=NEW,
    empty=Empty(
        _l("Quotations stand here from the first draft until the customer accepts or declines."),
        NEW,
    ),
)


@blueprint.get("/")
@requires("sales.read")
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/<uuid:key>")
@requires("sales.read")
def quotation(key: UUID) -> ResponseReturnValue:
    return _record(key)


@blueprint.get("/<uuid:key>/pdf")
@requires("sales.read")
def pdf(key: UUID) -> ResponseReturnValue:
    """Of the newest version, or of the one ``?revision=`` names."""
    revision = request.args.get("revision", type=int)
    with reading() as work:
        found, newest = get_quotation(work, key)
        version = version_of(work, found, revision) if revision else newest
        kept = kept_paper(work, version.id)
        content = kept.content if kept else set_paper(said_on_paper(work, found, version)).pdf
    name = name_of_file(found, version)
    headers = {"Content-Type": PDF, "Content-Disposition": f'inline; filename="{name}"'}
    return content, 200, headers


@blueprint.get("/<uuid:key>/versions/<int:before>/<int:after>")
@requires("sales.read")
def compare(key: UUID, before: int, after: int) -> ResponseReturnValue:
    with reading() as work:
        found, _newest = get_quotation(work, key)
        old, new, lines = compared(work, found, before, after)
        all_of_them = versions(work, found)
    crumbs = [(found.number, url_for(".quotation", key=key)), (_("Compare"), "")]
    return render_template(
        "sales/quotation_versions.html",
        quotation=found,
        old=old,
        new=new,
        lines=lines,
        versions=all_of_them,
        chips=QUOTATION,
        crumbs=crumbs,
    )


@blueprint.post("/<uuid:key>/ask-approval")
@requires("sales.write")
def ask(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        ask_approval(work, key, why=request.form.get("why", ""), version=_version())
    flash(_("Somebody who may approve it finds it on the home page."), "done")
    return redirect(url_for(".quotation", key=key), 303)


@blueprint.post("/<uuid:key>/take-back")
@requires("sales.write")
def take_back(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        take_back_asking(work, key)
    flash(_("It is a draft again."), "done")
    return redirect(url_for(".quotation", key=key), 303)


@blueprint.post("/<uuid:key>/approve")
@requires("sales.approve")
def approve_it(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        approve(work, key)
    flash(_("Approved: it can be sent now."), "done")
    return redirect(url_for(".quotation", key=key), 303)


@blueprint.post("/<uuid:key>/refuse")
@requires("sales.approve")
def refuse_it(key: UUID) -> ResponseReturnValue:
    def act(work: UnitOfWork) -> None:
        refuse(work, key, reason=request.form.get("reason", ""))

    return _tried(key, "refuse", act, done=_("Refused: it is a draft again."))


@blueprint.post("/<uuid:key>/send")
@requires("sales.write")
def send(key: UUID) -> ResponseReturnValue:
    way = Way(to=request.form.get("to", "").strip(), message=request.form.get("message", ""))
    linked: list[str] = []

    def act(work: UnitOfWork) -> None:
        send_quotation(work, key, way, version=_version())
        if not way.to:
            linked.append(_address(hand_over_link(work, key)))

    done = _("Sent to %(address)s.", address=way.to) if way.to else _("Sent: pass the link on.")
    return _tried(key, "send", act, done=done, linked=linked)


@blueprint.post("/<uuid:key>/link")
@requires("sales.write")
def make_link(key: UUID) -> ResponseReturnValue:
    """Shown once, since only its hash is kept."""
    with writing() as work:
        token = hand_over_link(work, key)
    return _record(key, link=_address(token))


@blueprint.post("/<uuid:key>/revise")
@requires("sales.write")
def revise(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        made = revise_quotation(work, key, version=_version())
    flash(_("Version %(revision)s is begun.", revision=made.revision), "done")
    return redirect(url_for(".edit", key=key), 303)


@blueprint.post("/<uuid:key>/cancel")
@requires("sales.write")
def cancel(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        cancel_quotation(work, key)
    flash(_("Cancelled: nobody can accept it any more."), "done")
    return redirect(url_for(".quotation", key=key), 303)


@blueprint.post("/<uuid:key>/answer")
@requires("sales.confirm")
def record_answer(key: UUID) -> ResponseReturnValue:
    """What the customer said by telephone or letter, written down for them."""
    form = request.form
    yes = form.get("answer") == "yes"

    def act(work: UnitOfWork) -> None:
        _found, newest = get_quotation(work, key)
        given = Answered(name=form.get("name", ""), seal=newest.seal, recorded_by=work.actor.id)
        if yes:
            accept(work, key, newest.revision, given)
        else:
            decline(work, key, newest.revision, given, reason=form.get("reason", ""))

    done = _("Accepted: the order is on its way.") if yes else _("Declined.")
    return _tried(key, "answer", act, done=done)


def _tried(
    key: UUID, form: str, act: Any, *, done: str, linked: list[str] | None = None
) -> ResponseReturnValue:
    """Do it, or show the page again with what was typed and what is wrong beside it."""
    try:
        with writing() as work:
            act(work)
    except (Invalid, RuleBroken) as error:
        wrong = {"form": form, "words": str(error), "fields": dict(error.fields)}
        return _record(key, wrong=wrong), error.http_status
    flash(done, "done")
    if linked:
        return _record(key, link=linked[0])
    return redirect(url_for(".quotation", key=key), 303)


def _record(key: UUID, *, link: str = "", wrong: dict[str, Any] | None = None) -> str:
    with reading() as work:
        found, _newest = get_quotation(work, key)
        context = _context(work, found)
    crumbs = [(_("Quotations"), url_for(".index")), (found.number, "")]
    return render_template(
        "sales/quotation.html",
        crumbs=crumbs,
        link=link,
        wrong=wrong or {"form": "", "words": "", "fields": {}},
        typed=request.form,
        **context,
    )


def _context(work: UnitOfWork, found: Quotation) -> dict[str, Any]:
    whole = shown(work, found)
    people = {whole.newest.asked_by, whole.newest.decided_by} - {None}
    names = select(User.id, User.name).where(User.id.in_(people))
    return {
        "quotation": found,
        "whole": whole,
        "versions": versions(work, found),
        "chips": QUOTATION,
        "revisable": whole.state in REVISABLE,
        "people": dict(work.session.execute(names).all()) if people else {},
        "emails": _emails(work, found.customer_id),
        "panels": panels("sales.quotation", found.id, work),
    }


def _emails(work: UnitOfWork, customer_id: UUID) -> list[str]:
    statement = (
        select(ContactPoint.value)
        .where(ContactPoint.party_id == customer_id, ContactPoint.kind == PointKind.EMAIL)
        .order_by(ContactPoint.preferred.desc(), ContactPoint.id)
    )
    return list(work.session.scalars(visible(work, statement)))


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _address(token: str) -> str:
    base = host().settings.public_url or request.host_url
    return f"{base.rstrip('/')}{OFFERS}{token}"
