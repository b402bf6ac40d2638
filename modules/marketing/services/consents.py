"""Consents: said, kept with their proof, and looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from core.clock import utcnow
from core.companies import fetch, visible
from core.errors import RuleBroken
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.contacts.models import ContactPoint, Party
from modules.contacts.rules import PointKind
from modules.contacts.services import phrase, record
from modules.marketing.events import ConsentGiven, ConsentWithdrawn
from modules.marketing.models import Consent, ConsentEntry, Purpose
from modules.marketing.rules.states import Basis, Channel, ConsentSource, ConsentState

#: Entries shown of one party.
_SHOWN = 100
_TOLD = {
    ConsentState.REQUESTED: lazy("Asked to confirm %(purpose)s by %(channel)s"),
    ConsentState.GIVEN: lazy("Agreed to %(purpose)s by %(channel)s"),
    ConsentState.WITHDRAWN: lazy("Withdrew %(purpose)s by %(channel)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person said, and how we know. ``address`` '' is any of theirs."""

    party_id: UUID
    purpose_id: UUID
    state: ConsentState
    source: ConsentSource
    channel: Channel = Channel.EMAIL
    basis: Basis = Basis.CONSENT
    address: str = ""
    proof: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def say(work: UnitOfWork, said: Said) -> ConsentEntry:
    """Keep it as an entry, move the standing along, tell the timeline, and announce a change.

    What was said earlier than what is known changes nothing but the history.
    """
    party = fetch(work, Party, said.party_id)
    purpose = work.session.get_one(Purpose, said.purpose_id)
    if purpose.company_id != party.company_id:
        raise RuleBroken(_("The purpose is of another company."))
    entry = _entry(work, said, purpose, company_id=party.company_id)
    now = _standing(work, said)
    before = now.state if now else None
    if now is not None and now.since > entry.at:
        return entry
    _move(work, now, entry)
    if before is not entry.state:
        _tell(work, entry, purpose)
    return entry


def _entry(work: UnitOfWork, said: Said, purpose: Purpose, *, company_id: UUID) -> ConsentEntry:
    entry = ConsentEntry(
        company_id=company_id,
        party_id=said.party_id,
        purpose_id=purpose.id,
        channel=said.channel,
        state=said.state,
        basis=said.basis,
        source=said.source,
        address=said.address.strip().lower(),
        wording=purpose.wording,
        wording_version=purpose.wording_version,
        actor=work.actor.name,
        proof=dict(said.proof),
        at=said.at or utcnow(),
    )
    work.session.add(entry)
    work.session.flush()
    return entry


def _standing(work: UnitOfWork, said: Said) -> Consent | None:
    return work.session.scalar(
        select(Consent)
        .where(
            Consent.party_id == said.party_id,
            Consent.channel == said.channel,
            Consent.purpose_id == said.purpose_id,
        )
        .with_for_update()
    )


def _move(work: UnitOfWork, now: Consent | None, entry: ConsentEntry) -> None:
    now = now or Consent(
        company_id=entry.company_id,
        party_id=entry.party_id,
        purpose_id=entry.purpose_id,
        channel=entry.channel,
    )
    now.state, now.basis, now.since = entry.state, entry.basis, entry.at
    now.address = entry.address
    work.session.add(now)
    work.session.flush()


def _tell(work: UnitOfWork, entry: ConsentEntry, purpose: Purpose) -> None:
    record(
        work,
        entry.party_id,
        kind=f"marketing.{entry.state}",
        text=phrase(_TOLD[entry.state], purpose=purpose.title, channel=entry.channel.value),
        happened_at=entry.at,
    )
    fact = {"party_id": entry.party_id, "channel": entry.channel.value, "purpose": purpose.key}
    if entry.state is ConsentState.GIVEN:
        work.publish(ConsentGiven(**fact))  # type: ignore[arg-type]  # one of each
    if entry.state is ConsentState.WITHDRAWN:
        work.publish(ConsentWithdrawn(**fact))  # type: ignore[arg-type]  # one of each


def purposes(work: UnitOfWork, company_id: UUID | None = None) -> Sequence[Purpose]:
    """Those people can agree to now."""
    found = select(Purpose).where(Purpose.active).order_by(Purpose.title, Purpose.id)
    if company_id is not None:
        found = found.where(Purpose.company_id == company_id)
    return work.session.scalars(visible(work, found)).all()


def standings(work: UnitOfWork, party_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """How it stands for one party, each purpose it ever said something of."""
    statement = (
        select(
            Consent.state,
            Consent.channel,
            Consent.basis,
            Consent.address,
            Consent.since,
            Consent.purpose_id,
            Purpose.title.label("purpose"),
        )
        .join(Purpose, Purpose.id == Consent.purpose_id)
        .where(Consent.party_id == party_id)
        .order_by(Purpose.title, Consent.channel)
    )
    return work.session.execute(visible(work, statement)).all()


def history(work: UnitOfWork, party_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """All that was said, the latest first."""
    statement = (
        select(
            ConsentEntry.id,
            ConsentEntry.state,
            ConsentEntry.channel,
            ConsentEntry.basis,
            ConsentEntry.source,
            ConsentEntry.address,
            ConsentEntry.wording,
            ConsentEntry.wording_version,
            ConsentEntry.actor,
            ConsentEntry.proof,
            ConsentEntry.at,
            Purpose.title.label("purpose"),
        )
        .join(Purpose, Purpose.id == ConsentEntry.purpose_id)
        .where(ConsentEntry.party_id == party_id)
        .order_by(ConsentEntry.id.desc())
        .limit(_SHOWN)
    )
    return work.session.execute(visible(work, statement)).all()


def mail_address(work: UnitOfWork, party_id: UUID) -> str:
    """Where the party is written to: the preferred mail address, else the first; '' without."""
    found = work.session.scalar(
        select(ContactPoint.value)
        .where(ContactPoint.party_id == party_id, ContactPoint.kind == PointKind.EMAIL)
        .order_by(ContactPoint.preferred.desc(), ContactPoint.id)
        .limit(1)
    )
    return (found or "").lower()
