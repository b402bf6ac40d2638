"""The sections other modules bring, each in the same frame, each for one customer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from core.companies import Company
from core.errors import Invalid, NotFound, RuleBroken
from core.portal import Customer, Section, Typed
from core.security.guard import PUBLIC, requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.portal.pages.blueprint import blueprint, for_customers, reading_as, writing_as

#: Items of each section on the first page.
_BRIEFLY = 3


@blueprint.get("/", endpoint="home")
@requires(PUBLIC)
@for_customers
def home(customer: Customer) -> ResponseReturnValue:
    """What is newest in every section."""
    with reading_as(customer) as work:
        sections = list(work.enabled.portal.values())
        shown = [(one, one.items(customer, None, None, work).items[:_BRIEFLY]) for one in sections]
        return _page(work, customer, "portal/home.html", shown=shown)


@blueprint.get("/<name>/", endpoint="section")
@requires(PUBLIC)
@for_customers
def section(customer: Customer, name: str) -> ResponseReturnValue:
    return _list(customer, name)


@blueprint.post("/<name>/", endpoint="act")
@requires(PUBLIC)
@for_customers
def act(customer: Customer, name: str) -> ResponseReturnValue:
    wrong = _done(customer, name, None)
    if wrong is None:
        return redirect(url_for(".section", name=name), 303)
    return _list(customer, name, wrong), 422


@blueprint.get("/<name>/<uuid:key>", endpoint="record")
@requires(PUBLIC)
@for_customers
def record(customer: Customer, name: str, key: UUID) -> ResponseReturnValue:
    return _sheet(customer, name, key)


@blueprint.post("/<name>/<uuid:key>", endpoint="act_on")
@requires(PUBLIC)
@for_customers
def act_on(customer: Customer, name: str, key: UUID) -> ResponseReturnValue:
    wrong = _done(customer, name, key)
    if wrong is None:
        return redirect(url_for(".record", name=name, key=key), 303)
    return _sheet(customer, name, key, wrong), 422


@blueprint.get("/<name>/<uuid:key>/files/<uuid:file>", endpoint="download")
@requires(PUBLIC)
@for_customers
def download(customer: Customer, name: str, key: UUID, file: UUID) -> ResponseReturnValue:
    with reading_as(customer) as work:
        give = _section(work, name).download
        if give is None:
            raise _missing()
        found = give(customer, key, file, work)
    answer = Response(found.content, content_type=found.media_type)
    # Always kept as a file: what somebody sent us is never shown as a page of ours.
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _done(customer: Customer, name: str, key: UUID | None) -> Typed | None:
    """Do what the form asks; None when it is done, else what is wrong."""
    try:
        with writing_as(customer) as work:
            found = _section(work, name)
            if found.act is None or (key is not None and found.record is None):
                raise _missing()
            said = found.act(customer, key, MultiDict(request.form), work)
    except (Invalid, RuleBroken) as error:
        return Typed(values=MultiDict(request.form), wrong=dict(error.fields) or {"": str(error)})
    flash(said, "done")
    return None


def _list(customer: Customer, name: str, typed: Typed | None = None) -> str:
    with reading_as(customer) as work:
        found = _section(work, name)
        items = found.items(customer, request.args.get("after"), typed, work)
        return _page(work, customer, "portal/section.html", section=found, found=items, typed=typed)


def _sheet(customer: Customer, name: str, key: UUID, typed: Typed | None = None) -> str:
    with reading_as(customer) as work:
        found = _section(work, name)
        if found.record is None:
            raise _missing()
        sheet = found.record(customer, key, typed, work)
        return _page(work, customer, "portal/record.html", section=found, sheet=sheet, typed=typed)


def _section(work: UnitOfWork, name: str) -> Section:
    if (found := work.enabled.portal.get(name)) is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound(_("There is no such page."))


def _page(work: UnitOfWork, customer: Customer, template: str, **more: Any) -> str:
    g.portal_seller = work.session.get_one(Company, customer.company_id).name
    return render_template(
        template,
        customer=customer,
        seller=g.portal_seller,
        party=work.session.get_one(Party, customer.party_id).name,
        sections=work.enabled.portal.values(),
        **more,
    )
