"""Opportunities: opened, moved through their stages, won, lost, held and opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from core.clock import utcnow
from core.companies import Company, fetch
from core.errors import Invalid, RuleBroken
from core.money import Money
from core.numbers import next_number
from core.security.models import User
from core.versions import check_version
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.contacts.services import Link, phrase, record
from modules.sales.events import (
    OpportunityLost,
    OpportunityWon,
    QuotationAccepted,
    StageChanged,
)
from modules.sales.models import LostReason, Opportunity, Stage, StageStep
from modules.sales.rules.opportunities import OPPORTUNITY_FLOW, OpportunityState
from modules.sales.services.finding import find_opportunity_again
from modules.sales.services.pipelines import first_pipeline, first_stage

PAGE = "sales_opportunities.opportunity"
SERIES = "OP"
#: Whoever has it wins what no accepted quotation stands for.
WIN_UNQUOTED = "sales.win_unquoted"

_S = OpportunityState


class OpportunityFields(TypedDict, total=False):
    name: str
    owner_id: UUID | None
    contact_id: UUID | None
    expected: Decimal | None
    currency: str
    closes_on: date | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    reason_id: UUID
    competitor: str = ""
    note: str = ""


def open_opportunity(
    work: UnitOfWork,
    party_id: UUID,
    fields: OpportunityFields,
    *,
    stage_id: UUID | None = None,
    utm: dict[str, Any] | None = None,
) -> Opportunity:
    """In the first stage of the company's first pipeline, unless ``stage_id`` says where."""
    party = fetch(work, Party, party_id)
    tidy = _checked(work, party.company_id, fields)
    stage = _stage(work, party.company_id, stage_id)
    tidy.setdefault("currency", work.session.get_one(Company, party.company_id).currency)
    tidy.setdefault("owner_id", party.owner_id or work.actor.id)
    opportunity = Opportunity(
        company_id=party.company_id,
        number=next_number(work, party.company_id, SERIES),
        party_id=party.id,
        stage_id=stage.id,
        state=_S.OPEN,
        stage_since=utcnow(),
        utm=utm or {},
        **tidy,
    )
    work.session.add(opportunity)
    work.session.flush()
    _write_step(work, opportunity)
    find_opportunity_again(work, opportunity)
    tell(work, opportunity, "opened", lazy("Opportunity %(number)s opened: %(name)s"))
    return opportunity


def change_opportunity(
    work: UnitOfWork, opportunity_id: UUID, fields: OpportunityFields, *, version: int | None = None
) -> Opportunity:
    opportunity = fetch(work, Opportunity, opportunity_id, lock=True)
    check_version(opportunity, version)
    for name, value in _checked(work, opportunity.company_id, fields).items():
        setattr(opportunity, name, value)
    work.session.flush()
    find_opportunity_again(work, opportunity)
    return opportunity


def move_to_stage(
    work: UnitOfWork, opportunity_id: UUID, stage_id: UUID, *, version: int | None = None
) -> Opportunity:
    """Raise RuleBroken when it is closed, Stale when somebody else has saved it since."""
    opportunity = fetch(work, Opportunity, opportunity_id, lock=True)
    check_version(opportunity, version)
    if opportunity.state not in {_S.OPEN, _S.ON_HOLD}:
        raise RuleBroken(_("%(number)s is closed: reopen it first.", number=opportunity.number))
    stage = _stage(work, opportunity.company_id, stage_id)
    if stage.id == opportunity.stage_id:
        return opportunity
    before, opportunity.stage_id = opportunity.stage_id, stage.id
    opportunity.stage_since = utcnow()
    work.session.flush()
    _write_step(work, opportunity)
    work.publish(StageChanged(from_stage_id=before, to_stage_id=stage.id, **_event(opportunity)))
    return opportunity


def win_opportunity(work: UnitOfWork, opportunity_id: UUID, note: str = "") -> Opportunity:
    """Without an accepted quotation: who may do so says why."""
    if not work.actor.may(WIN_UNQUOTED):
        raise RuleBroken(
            _("It is won when the customer accepts a quotation, or by somebody who may decide so.")
        )
    return _win(work, opportunity_id, note)


def win_by_quotation(event: QuotationAccepted, work: UnitOfWork) -> None:
    """The customer said yes to a quotation of an open opportunity."""
    if event.opportunity_id is None:
        return
    opportunity = fetch(work, Opportunity, event.opportunity_id, lock=True)
    if opportunity.state is _S.ON_HOLD:
        _step(work, opportunity, _S.OPEN)
    if opportunity.state is _S.OPEN:
        _win(work, opportunity.id, _("Quotation %(number)s accepted", number=event.number))


def lose_opportunity(work: UnitOfWork, opportunity_id: UUID, lost: Lost) -> Opportunity:
    opportunity = fetch(work, Opportunity, opportunity_id, lock=True)
    reason = fetch(work, LostReason, lost.reason_id)
    opportunity.lost_reason_id, opportunity.competitor = reason.id, lost.competitor.strip()[:200]
    _step(work, opportunity, _S.LOST, note=lost.note)
    tell(
        work,
        opportunity,
        "lost",
        lazy("Opportunity %(number)s lost: %(reason)s"),
        reason=reason.name,
    )
    work.publish(
        OpportunityLost(
            reason=reason.name, competitor=opportunity.competitor, **_event(opportunity)
        )
    )
    return opportunity


def hold_opportunity(work: UnitOfWork, opportunity_id: UUID, note: str = "") -> Opportunity:
    """It stands still for a while; it keeps its stage, and is in no forecast."""
    opportunity = fetch(work, Opportunity, opportunity_id, lock=True)
    return _step(work, opportunity, _S.ON_HOLD, note=note)


def resume_opportunity(work: UnitOfWork, opportunity_id: UUID) -> Opportunity:
    opportunity = fetch(work, Opportunity, opportunity_id, lock=True)
    if opportunity.state is _S.LOST:
        raise RuleBroken(_("It is lost: say why it is opened again."))
    return _step(work, opportunity, _S.OPEN)


def reopen_opportunity(work: UnitOfWork, opportunity_id: UUID, reason: str) -> Opportunity:
    """A lost one is open again; ``reason`` goes to its history."""
    if not reason.strip():
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"reason": _("Say why it is opened again.")},
        )
    opportunity = fetch(work, Opportunity, opportunity_id, lock=True)
    opportunity.lost_reason_id, opportunity.competitor = None, ""
    _step(work, opportunity, _S.OPEN, note=reason)
    tell(work, opportunity, "reopened", lazy("Opportunity %(number)s opened again"))
    return opportunity


def tell(work: UnitOfWork, opportunity: Opportunity, kind: str, text: str, **params: str) -> None:
    record(
        work,
        opportunity.party_id,
        kind=f"sales.{kind}",
        text=phrase(text, **{"number": opportunity.number, "name": opportunity.name, **params}),
        link=Link(PAGE, {"key": str(opportunity.id)}),
    )


def _win(work: UnitOfWork, opportunity_id: UUID, note: str) -> Opportunity:
    opportunity = fetch(work, Opportunity, opportunity_id, lock=True)
    _step(work, opportunity, _S.WON, note=note)
    tell(work, opportunity, "won", lazy("Opportunity %(number)s won"))
    work.publish(OpportunityWon(expected=opportunity.money, **_event(opportunity)))
    return opportunity


def _step(
    work: UnitOfWork, opportunity: Opportunity, target: OpportunityState, *, note: str = ""
) -> Opportunity:
    opportunity.state = OPPORTUNITY_FLOW.step(opportunity.state, target)
    opportunity.closed_at = utcnow() if target in {_S.WON, _S.LOST} else None
    opportunity.reason_note = note.strip()[:1000]
    work.session.flush()
    _write_step(work, opportunity)
    return opportunity


def _write_step(work: UnitOfWork, opportunity: Opportunity) -> None:
    work.session.add(
        StageStep(
            company_id=opportunity.company_id,
            opportunity_id=opportunity.id,
            stage_id=opportunity.stage_id,
            state=opportunity.state,
            author=work.actor.name,
            note=opportunity.reason_note,
        )
    )


def _stage(work: UnitOfWork, company_id: UUID, stage_id: UUID | None) -> Stage:
    if stage_id is None:
        return first_stage(work, first_pipeline(work, company_id).id)
    stage = fetch(work, Stage, stage_id)
    if stage.company_id != company_id or not stage.active:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"stage_id": _("Choose a stage that is in use.")},
        )
    return stage


def _checked(work: UnitOfWork, company_id: UUID, fields: OpportunityFields) -> dict[str, Any]:
    tidy: dict[str, Any] = dict(fields)
    problems = {}
    if "name" in tidy:
        tidy["name"] = tidy["name"].strip()
        if not 0 < len(tidy["name"]) <= 200:
            problems["name"] = _("Write a name of at most 200 characters.")
    expected = tidy.get("expected")
    if expected is not None and expected < 0:
        problems["expected"] = _("An amount is not below zero.")
    if (owner := tidy.get("owner_id")) is not None and work.session.get(User, owner) is None:
        problems["owner_id"] = _("There is no such colleague.")
    contact = work.session.get(Party, tidy["contact_id"]) if tidy.get("contact_id") else None
    if tidy.get("contact_id") and (contact is None or contact.company_id != company_id):
        problems["contact_id"] = _("There is no such party.")
    if problems:
        raise Invalid(_("Please look at the marked fields."), fields=problems)
    if expected is not None and "currency" in tidy:
        tidy["expected"] = Money(expected, tidy["currency"]).rounded().amount
    return tidy


def _event(opportunity: Opportunity) -> dict[str, Any]:
    return {
        "opportunity_id": opportunity.id,
        "company_id": opportunity.company_id,
        "party_id": opportunity.party_id,
        "number": opportunity.number,
    }
