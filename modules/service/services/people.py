"""Who a mail address belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from core import search
from core.security.models import User
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import ContactPoint, Party
from modules.contacts.rules import PointKind
from modules.service.models import Message, Ticket
from modules.service.rules.states import Direction


def party_of(work: UnitOfWork, company_id: UUID, email: str) -> UUID | None:
    """The only party in use that is reached there; None for a stranger, or when several are."""
    if not email:
        return None
    found = (
        select(Party.id)
        .join(ContactPoint, ContactPoint.party_id == Party.id)
        .where(
            Party.company_id == company_id,
            Party.active,
            # The search narrows it to a few; only then is every letter compared.
            Party.id.in_(search.matching(PARTY, email)),
            ContactPoint.kind == PointKind.EMAIL,
            func.lower(ContactPoint.value) == email.casefold(),
        )
    )
    ids = work.session.scalars(found.distinct().limit(2)).all()
    return ids[0] if len(ids) == 1 else None


def name_of_party(work: UnitOfWork, party_id: UUID | None) -> str:
    named = select(Party.name).where(Party.id == party_id)
    return work.session.scalar(named) or "" if party_id else ""


def email_of(work: UnitOfWork, party_id: UUID) -> str:
    """The address to write to the party at; '' when there is none."""
    points = select(ContactPoint.value).where(
        ContactPoint.party_id == party_id, ContactPoint.kind == PointKind.EMAIL
    )
    first = points.order_by(ContactPoint.preferred.desc(), ContactPoint.id).limit(1)
    return (work.session.scalar(first) or "").casefold()


def takes_part(work: UnitOfWork, ticket: Ticket, email: str) -> bool:
    """Whether this address has a part in the ticket: it asked, wrote, or is the party's."""
    if not email:
        return False
    if email == ticket.email:
        return True
    wrote = select(Message.id).where(
        Message.ticket_id == ticket.id,
        Message.direction == Direction.INBOUND,
        func.lower(Message.email) == email,
    )
    if work.session.scalar(wrote.limit(1)) is not None:
        return True
    return ticket.party_id is not None and _reaches(work, ticket.party_id, email)


def _reaches(work: UnitOfWork, party_id: UUID, email: str) -> bool:
    point = select(ContactPoint.id).where(
        ContactPoint.party_id == party_id, func.lower(ContactPoint.value) == email
    )
    return work.session.scalar(point.limit(1)) is not None


def user_names(work: UnitOfWork, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    named = select(User.id, User.name).where(User.id.in_(user_ids))
    return {row[0]: row[1] for row in work.session.execute(named)}
