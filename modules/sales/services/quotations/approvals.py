"""More given away than one may: asked for, approved, or refused with a reason."""

from __future__ import annotations

from uuid import UUID

from core.clock import utcnow
from core.errors import Forbidden, Invalid
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.sales.models import Quotation, QuotationVersion
from modules.sales.rules.quotations import QUOTATION_FLOW, QuotationState
from modules.sales.services.quotations.drafts import get_quotation, refused, touch
from modules.sales.services.quotations.policy import limit_of


def needs_approval(work: UnitOfWork, version: QuotationVersion) -> bool:
    """For whoever acts: it goes further below the ERP's prices than they may alone."""
    return version.given_away > limit_of(work, version.company_id)


def ask_approval(
    work: UnitOfWork, quotation_id: UUID, *, why: str, version: int | None
) -> Quotation:
    quotation, draft = get_quotation(work, quotation_id, lock=True)
    check_version(quotation, version)
    draft.state = _step(quotation, draft, QuotationState.PENDING_APPROVAL)
    draft.asked_by, draft.asked_at, draft.asked_why = work.actor.id, utcnow(), why.strip()
    draft.decided_by, draft.decided_at, draft.refusal = None, None, ""
    touch(work, quotation)
    return quotation


def take_back_asking(work: UnitOfWork, quotation_id: UUID) -> Quotation:
    """It is a draft again, and can be changed."""
    quotation, asked = get_quotation(work, quotation_id, lock=True)
    asked.state = _step(quotation, asked, QuotationState.DRAFT)
    touch(work, quotation)
    return quotation


def approve(work: UnitOfWork, quotation_id: UUID) -> Quotation:
    """Raise Forbidden when it goes beyond what the approver may give away."""
    quotation, asked = get_quotation(work, quotation_id, lock=True)
    if asked.given_away > limit_of(work, quotation.company_id):
        raise Forbidden(
            _(
                "%(percent)s per cent is more than you may approve: somebody with a higher limit"
                " has to.",
                percent=asked.given_away.normalize() + 0,
            )
        )
    _decide(work, quotation, asked, QuotationState.APPROVED)
    return quotation


def refuse(work: UnitOfWork, quotation_id: UUID, *, reason: str) -> Quotation:
    """It is a draft again; the reason stands on it until it is saved with other prices."""
    quotation, asked = get_quotation(work, quotation_id, lock=True)
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say what would be possible instead.")})
    _decide(work, quotation, asked, QuotationState.DRAFT)
    asked.refusal = reason.strip()
    return quotation


def _decide(
    work: UnitOfWork, quotation: Quotation, asked: QuotationVersion, target: QuotationState
) -> None:
    if asked.state is not QuotationState.PENDING_APPROVAL:
        text = _("Quotation %(number)s is %(state)s: there is nothing to decide.")
        raise refused(quotation, asked, text)
    asked.state = QUOTATION_FLOW.step(asked.state, target)
    asked.decided_by, asked.decided_at = work.actor.id, utcnow()
    touch(work, quotation)


def _step(
    quotation: Quotation, version: QuotationVersion, target: QuotationState
) -> QuotationState:
    if not QUOTATION_FLOW.allows(version.state, target):
        text = _("Quotation %(number)s is %(state)s: that is not possible now.")
        raise refused(quotation, version, text)
    return QUOTATION_FLOW.step(version.state, target)
