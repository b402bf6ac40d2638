"""The page a link leads to: a customer sees the quotation, and accepts or declines it.

Nobody signs in here. The link's secret is the proof, so no cookie is looked at, and what is done
is done with no permission beyond the quotation's own company.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.actor import Actor, ActorKind, system
from core.companies import Company
from core.errors import Invalid, NotFound, RuleBroken
from core.requests import host
from core.security.guard import PUBLIC, proven_by_address, requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.sales.models import Order
from modules.sales.pages.quotation_blueprint import offers
from modules.sales.services.quotations.answers import (
    Answered,
    Opened,
    accept,
    decline,
    note_opening,
    open_link,
)
from modules.sales.services.quotations.mailing import PDF, name_of_file
from modules.sales.services.quotations.paper import kept_paper, said_on_paper, set_paper

#: As the secret in an address: 43 characters of base64 for addresses.
_LONGEST_TOKEN = 64


@offers.get("/<token>")
@requires(PUBLIC)
def offer(token: str) -> ResponseReturnValue:
    return _page(token)


@offers.get("/<token>/pdf")
@requires(PUBLIC)
def pdf(token: str) -> ResponseReturnValue:
    _check_token(token)
    with host().read(system()) as work:
        opened = open_link(work, token)
        kept = kept_paper(work, opened.version.id)
        said = said_on_paper(work, opened.quotation, opened.version)
        name = name_of_file(opened.quotation, opened.version)
        content = kept.content if kept else None
    answer = Response(content or set_paper(said).pdf, content_type=PDF)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return _private(answer)


@offers.post("/<token>/accept")
@requires(PUBLIC)
@proven_by_address
def accept_offer(token: str) -> ResponseReturnValue:
    def act(work: UnitOfWork, opened: Opened) -> None:
        accept(work, opened.quotation.id, opened.version.revision, _given())

    return _tried(token, "accept", act)


@offers.post("/<token>/decline")
@requires(PUBLIC)
@proven_by_address
def decline_offer(token: str) -> ResponseReturnValue:
    def act(work: UnitOfWork, opened: Opened) -> None:
        reason = request.form.get("reason", "")
        decline(work, opened.quotation.id, opened.version.revision, _given(), reason=reason)

    return _tried(token, "decline", act)


def _given() -> Answered:
    return Answered(
        name=request.form.get("name", ""),
        seal=request.form.get("seal", ""),
        signature=request.form.get("signature", ""),
        address=request.remote_addr or "",
        browser=request.user_agent.string,
    )


def _tried(token: str, form: str, act: Callable[[UnitOfWork, Opened], None]) -> ResponseReturnValue:
    """Do it, or show the page again with what was typed and what is wrong beside it."""
    _check_token(token)
    with host().read(system()) as work:
        company = open_link(work, token).quotation.company_id
    try:
        with host().write(_customer(company)) as work:
            act(work, open_link(work, token))
    except Invalid as error:
        return _page(token, wrong=_wrong(form, error)), 422
    except RuleBroken as error:
        return _page(token, wrong=_wrong(form, error)), 409
    return redirect(url_for(".offer", token=token), 303)


def _wrong(form: str, error: Invalid | RuleBroken) -> dict[str, Any]:
    known = {"name", "reason", "signature"}
    beside = {name: words for name, words in error.fields.items() if name in known}
    return {"form": form, "words": "" if beside else str(error), "fields": beside}


def _page(token: str, *, wrong: dict[str, Any] | None = None) -> Response:
    _check_token(token)
    with host().read(system()) as work:
        try:
            context = _context(work, open_link(work, token))
        except NotFound as error:
            return _private(make_response(render_template("sales/no_offer.html", why=error), 404))
    if context["opened"].is_open and request.method == "GET":
        with host().write(_customer(context["quotation"].company_id)) as work:
            note_opening(work, token)
    shown = {"form": "", "words": "", "fields": {}} if wrong is None else wrong
    page = render_template(
        "sales/offer.html", token=token, wrong=shown, typed=request.form, **context
    )
    return _private(make_response(page))


def _context(work: UnitOfWork, opened: Opened) -> dict[str, Any]:
    quotation = opened.quotation
    order = work.session.get(Order, quotation.order_id) if quotation.order_id else None
    return {
        "opened": opened,
        "quotation": quotation,
        "version": opened.version,
        "answer": opened.answer,
        "order": order,
        "seller": work.session.get_one(Company, quotation.company_id).name,
        "buyer": work.session.get_one(Party, quotation.customer_id).name,
    }


def _customer(company_id: UUID) -> Actor:
    return Actor(
        kind=ActorKind.SYSTEM,
        name="customer",
        companies=frozenset({company_id}),
        company=company_id,
    )


def _check_token(token: str) -> None:
    """A secret of ours is short: what is longer is not looked up."""
    if len(token) > _LONGEST_TOKEN:
        raise NotFound(_("This address leads to no quotation, or not any more."))


def _private(answer: Response) -> Response:
    """No search engine lists it; that nobody stores it the host says of every page."""
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
