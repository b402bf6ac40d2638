"""Quotations over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Response, request

from core.api.blueprint import ApiBlueprint
from core.api.describe import answers_file
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.requests import reading
from core.security.guard import requires
from core.work import UnitOfWork
from modules.sales.quotation_lists import QUOTATIONS
from modules.sales.rules.pricing import Discount
from modules.sales.schemas.quotations import (
    AskSchema,
    ComparisonSchema,
    NewQuotationSchema,
    OfferLinkSchema,
    QuotationChangeSchema,
    QuotationRowSchema,
    QuotationSchema,
    RecordedAnswerSchema,
    RefusalSchema,
    SendSchema,
    VersionListSchema,
    VersionSchema,
)
from modules.sales.services.quotations.answers import Answered, accept, decline
from modules.sales.services.quotations.approvals import (
    approve,
    ask_approval,
    refuse,
    take_back_asking,
)
from modules.sales.services.quotations.drafts import (
    cancel_quotation,
    change_quotation,
    draft_quotation,
    get_quotation,
    revise_quotation,
)
from modules.sales.services.quotations.mailing import OFFERS, PDF, name_of_file
from modules.sales.services.quotations.paper import kept_paper, said_on_paper, set_paper
from modules.sales.services.quotations.sending import Way, hand_over_link, send_quotation
from modules.sales.services.quotations.showing import compared, shown, versions
from modules.sales.services.quotations.wishes import OfferLine, OfferWish

blueprint = ApiBlueprint(
    "sales_quotations", __name__, description="Quotations, from the draft to the customer's yes."
)
READ, WRITE, CONFIRM, APPROVE = "sales.read", "sales.write", "sales.confirm", "sales.approve"


@blueprint.get("/quotations")
@requires(READ)
@lists(QUOTATIONS, QuotationRowSchema)
def quotations(work: UnitOfWork, query: ListQuery) -> Page:
    """Quotations, each with its newest version."""
    return page(work, QUOTATIONS, query)


@blueprint.post("/quotations")
@requires(WRITE)
@writes(QuotationSchema, takes=NewQuotationSchema, status=201)
def draft(work: UnitOfWork, body: dict[str, Any]) -> SimpleNamespace:
    """Draft a quotation at the ERP's prices for this customer."""
    return shown(work, draft_quotation(work, _wish(body)))


@blueprint.get("/quotations/<uuid:quotation_id>")
@requires(READ)
@reads(QuotationSchema)
def quotation(work: UnitOfWork, quotation_id: UUID) -> SimpleNamespace:
    """Its newest version, with stock and prices of the ERP and what speaks against sending."""
    return shown(work, get_quotation(work, quotation_id)[0])


@blueprint.put("/quotations/<uuid:quotation_id>")
@requires(WRITE)
@writes(QuotationSchema, takes=QuotationChangeSchema)
def change(work: UnitOfWork, body: dict[str, Any], quotation_id: UUID) -> SimpleNamespace:
    """Replace what a draft offers."""
    version = body.pop("version")
    return shown(work, change_quotation(work, quotation_id, _wish(body), version=version))


@blueprint.post("/quotations/<uuid:quotation_id>/ask-approval")
@requires(WRITE)
@writes(QuotationSchema, takes=AskSchema)
def ask(work: UnitOfWork, body: dict[str, Any], quotation_id: UUID) -> SimpleNamespace:
    """Ask for a discount beyond one's own limit."""
    return shown(work, ask_approval(work, quotation_id, **body))


@blueprint.post("/quotations/<uuid:quotation_id>/take-back")
@requires(WRITE)
@writes(QuotationSchema)
def take_back(work: UnitOfWork, quotation_id: UUID) -> SimpleNamespace:
    """Take the asking back: it is a draft again."""
    return shown(work, take_back_asking(work, quotation_id))


@blueprint.post("/quotations/<uuid:quotation_id>/approve")
@requires(APPROVE)
@writes(QuotationSchema)
def approve_it(work: UnitOfWork, quotation_id: UUID) -> SimpleNamespace:
    """Approve its discount. 403 when it goes beyond your own limit."""
    return shown(work, approve(work, quotation_id))


@blueprint.post("/quotations/<uuid:quotation_id>/refuse")
@requires(APPROVE)
@writes(QuotationSchema, takes=RefusalSchema)
def refuse_it(work: UnitOfWork, body: dict[str, Any], quotation_id: UUID) -> SimpleNamespace:
    """Refuse its discount, saying why: it is a draft again."""
    return shown(work, refuse(work, quotation_id, **body))


@blueprint.post("/quotations/<uuid:quotation_id>/send")
@requires(WRITE)
@writes(QuotationSchema, takes=SendSchema)
def send(work: UnitOfWork, body: dict[str, Any], quotation_id: UUID) -> SimpleNamespace:
    """Freeze it and mail it with its PDF; 409 says what speaks against it."""
    way = Way(to=body["to"], message=body["message"])
    return shown(work, send_quotation(work, quotation_id, way, version=body["version"]))


@blueprint.post("/quotations/<uuid:quotation_id>/links")
@requires(WRITE)
@writes(OfferLinkSchema, status=201)
def link(work: UnitOfWork, quotation_id: UUID) -> dict[str, str]:
    """A new address that opens a sent quotation without a password."""
    return {
        "address": f"{request.host_url.rstrip('/')}{OFFERS}{hand_over_link(work, quotation_id)}"
    }


@blueprint.post("/quotations/<uuid:quotation_id>/revise")
@requires(WRITE)
@writes(QuotationSchema, takes=VersionSchema)
def revise(work: UnitOfWork, body: dict[str, Any], quotation_id: UUID) -> SimpleNamespace:
    """Begin a new version with the same lines at today's prices; the old one is kept."""
    return shown(work, revise_quotation(work, quotation_id, **body))


@blueprint.post("/quotations/<uuid:quotation_id>/cancel")
@requires(WRITE)
@writes(QuotationSchema)
def cancel(work: UnitOfWork, quotation_id: UUID) -> SimpleNamespace:
    """Withdraw it: nobody can accept it any more."""
    return shown(work, cancel_quotation(work, quotation_id))


@blueprint.post("/quotations/<uuid:quotation_id>/accept")
@requires(CONFIRM)
@writes(QuotationSchema, takes=RecordedAnswerSchema)
def record_yes(work: UnitOfWork, body: dict[str, Any], quotation_id: UUID) -> SimpleNamespace:
    """Write down a customer's yes: its order is made and on its way to the ERP."""
    accept(work, quotation_id, body["revision"], _recorded(work, body, quotation_id))
    return shown(work, get_quotation(work, quotation_id)[0])


@blueprint.post("/quotations/<uuid:quotation_id>/decline")
@requires(CONFIRM)
@writes(QuotationSchema, takes=RecordedAnswerSchema)
def record_no(work: UnitOfWork, body: dict[str, Any], quotation_id: UUID) -> SimpleNamespace:
    """Write down a customer's no, and why."""
    given = _recorded(work, body, quotation_id)
    decline(work, quotation_id, body["revision"], given, reason=body["reason"])
    return shown(work, get_quotation(work, quotation_id)[0])


@blueprint.get("/quotations/<uuid:quotation_id>/versions")
@requires(READ)
@reads(VersionListSchema)
def all_versions(work: UnitOfWork, quotation_id: UUID) -> dict[str, Any]:
    """All versions, the newest first."""
    return {"items": versions(work, get_quotation(work, quotation_id)[0])}


@blueprint.get("/quotations/<uuid:quotation_id>/versions/<int:before>/<int:after>")
@requires(READ)
@reads(ComparisonSchema)
def compare(work: UnitOfWork, quotation_id: UUID, before: int, after: int) -> dict[str, Any]:
    """The lines in which two versions differ."""
    old, new, lines = compared(work, get_quotation(work, quotation_id)[0], before, after)
    return {"before": old, "after": new, "lines": lines}


@blueprint.get("/quotations/<uuid:quotation_id>/pdf")
@requires(READ)
@answers_file(PDF)
def pdf(quotation_id: UUID) -> Response:
    """The newest version on paper."""
    with reading() as work:
        found, newest = get_quotation(work, quotation_id)
        kept = kept_paper(work, newest.id)
        content = kept.content if kept else set_paper(said_on_paper(work, found, newest)).pdf
    return paper_answer(content, name_of_file(found, newest))


def paper_answer(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, content_type=PDF, headers=headers)


def _wish(body: Mapping[str, Any]) -> OfferWish:
    lines = []
    for line in body["lines"]:
        discount = line["discount"] and Discount(
            line["discount"]["kind"], line["discount"]["value"]
        )
        lines.append(OfferLine(**{**line, "discount": discount}))
    return OfferWish(**{**body, "lines": tuple(lines)})


def _recorded(work: UnitOfWork, body: Mapping[str, Any], quotation_id: UUID) -> Answered:
    _found, newest = get_quotation(work, quotation_id)
    return Answered(name=body["name"], seal=newest.seal, recorded_by=work.actor.id)
