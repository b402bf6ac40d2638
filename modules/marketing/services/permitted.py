"""Who of some people may be written to, and why the others may not: in few statements for many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, bindparam, exists, func, or_, select

from core.clock import utcnow
from core.db.types import UtcDateTime
from core.work import UnitOfWork
from modules.contacts.models import ContactPoint, Party
from modules.contacts.rules import PointKind
from modules.marketing.models import Campaign, Consent, Policy, Send, Suppression
from modules.marketing.rules.states import (
    CampaignState,
    Channel,
    ConsentState,
    Reason,
    SendState,
)

#: What counts for the cap: it went out, or may have.
_WENT_OUT = (
    SendState.SENDING,
    SendState.SENT,
    SendState.IN_DOUBT,
    SendState.BOUNCED,
    SendState.COMPLAINED,
)


@dataclass(frozen=True, slots=True)
class Permit:
    """Where to write, and why not: ``reason`` None is a yes."""

    address: str
    reason: Reason | None


def policy_of(work: UnitOfWork, company_id: UUID) -> Policy:
    """The company's, or what holds where nobody has said anything."""
    found = work.session.scalar(select(Policy).where(Policy.company_id == company_id))
    return found or Policy(
        company_id=company_id, sender_name="", sender_address="", postal_address="",
        cap_mails=4, cap_days=30, opens_at=0, closes_at=24, zone="UTC",
        soft_bounces=3, window_days=30, version=0,
    )  # fmt: skip


def permits(
    work: UnitOfWork, party_ids: Sequence[UUID], *, purpose_id: UUID, company_id: UUID
) -> dict[UUID, Permit]:
    """For each of them; six statements, however many they are."""
    points = _addresses(work, party_ids)
    consents = _consents(work, party_ids, purpose_id)
    chosen = {one: _choose(points.get(one, ()), consents.get(one)) for one in party_ids}
    refused = _suppressed(work, {found for found in chosen.values() if found}, company_id)
    over = _over_cap(work, party_ids, policy_of(work, company_id))
    return {
        one: Permit(chosen[one], _reason(one, chosen[one], consents, refused, over))
        for one in party_ids
    }


def _reason(
    party_id: UUID,
    address: str,
    consents: Mapping[UUID, str],
    refused: frozenset[str],
    over: frozenset[UUID],
) -> Reason | None:
    if party_id not in consents:
        return Reason.NO_CONSENT
    if not address:
        return Reason.NO_ADDRESS
    if address in refused:
        return Reason.SUPPRESSED
    return Reason.CAP if party_id in over else None


def _addresses(work: UnitOfWork, party_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Mail addresses, the preferred first."""
    found: dict[UUID, list[str]] = {}
    statement = (
        select(ContactPoint.party_id, ContactPoint.value)
        .where(ContactPoint.kind == PointKind.EMAIL, ContactPoint.party_id.in_(party_ids))
        .order_by(ContactPoint.preferred.desc(), ContactPoint.id)
    )
    for party_id, value in work.session.execute(statement):
        found.setdefault(party_id, []).append(value.lower())
    return found


def _consents(work: UnitOfWork, party_ids: Sequence[UUID], purpose_id: UUID) -> dict[UUID, str]:
    statement = select(Consent.party_id, Consent.address).where(
        Consent.party_id.in_(party_ids),
        Consent.purpose_id == purpose_id,
        Consent.channel == Channel.EMAIL,
        Consent.state == ConsentState.GIVEN,
    )
    return {row[0]: row[1] for row in work.session.execute(statement)}


def _choose(addresses: Sequence[str], agreed: str | None) -> str:
    """The address that was agreed to while it is still theirs, else the one they prefer."""
    if agreed:
        return agreed if agreed in addresses else ""
    return addresses[0] if addresses else ""


def _suppressed(work: UnitOfWork, addresses: Iterable[str], company_id: UUID) -> frozenset[str]:
    statement = select(Suppression.address).where(
        Suppression.company_id == company_id, Suppression.address.in_(sorted(addresses))
    )
    return frozenset(work.session.scalars(statement))


def _over_cap(work: UnitOfWork, party_ids: Sequence[UUID], policy: Policy) -> frozenset[UUID]:
    if not policy.cap_mails:
        return frozenset()
    statement = (
        select(Send.party_id)
        .where(Send.party_id.in_(party_ids), _counts(_since(policy)))
        .group_by(Send.party_id)
        .having(func.count() >= policy.cap_mails)
    )
    return frozenset(work.session.scalars(statement))


def _since(policy: Policy) -> datetime:
    return utcnow() - timedelta(days=policy.cap_days)


def _counts(since: Any, of: Any = Send) -> ColumnElement[bool]:
    # What is in hand has not been sent yet: it counts from when it was due.
    moment = or_(of.sent_at >= since, and_(of.sent_at.is_(None), of.due_at >= since))
    return and_(of.state.in_(_WENT_OUT), moment)


def permitted(send: Any, other: Any, *, capped: bool) -> ColumnElement[bool]:
    """The same as one condition on the row of a send, for the statement that takes it in hand.

    ``other`` is an alias of ``Send`` to count the person's other mails by; ``cap_of`` says what
    the condition's parameters are.
    """
    agreed = exists().where(
        Consent.party_id == send.party_id,
        Consent.purpose_id == send.purpose_id,
        Consent.channel == Channel.EMAIL,
        Consent.state == ConsentState.GIVEN,
        or_(Consent.address == "", Consent.address == send.address),
    )
    refused = exists().where(
        Suppression.company_id == send.company_id, Suppression.address == send.address
    )
    runs = exists().where(Campaign.id == send.campaign_id, Campaign.state == CampaignState.RUNNING)
    current = exists().where(
        Party.id == send.party_id, Party.active, Party.merged_into_id.is_(None)
    )
    goes = and_(agreed, ~refused, or_(send.campaign_id.is_(None), runs), current)
    return and_(goes, _under_cap(send, other)) if capped else goes


def cap_of(policy: Policy) -> dict[str, Any]:
    """The parameters of ``permitted``; none where there is no cap."""
    return {"cap": policy.cap_mails, "since": _since(policy)} if policy.cap_mails else {}


def _under_cap(send: Any, other: Any) -> ColumnElement[bool]:
    since = bindparam("since", type_=UtcDateTime())
    number = (
        select(func.count())
        .where(other.party_id == send.party_id, other.id != send.id, _counts(since, other))
        .scalar_subquery()
    )
    return number < bindparam("cap", type_=Integer())
