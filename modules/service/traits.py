"""What service knows of a party, for segments and scores."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, case, cast, func, select

from core.traits import Shape, Trait
from core.web.i18n import lazy as _
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.service.models import Ask, AskKind, Ticket
from modules.service.rules.states import UNDONE, Kind

READ = "service.read"


def _open_tickets(_work: UnitOfWork) -> Select[UUID, Any]:
    return _counted().where(Ticket.state.in_(UNDONE))


def _complaints(_work: UnitOfWork) -> Select[UUID, Any]:
    return _counted().where(Ticket.kind == Kind.COMPLAINT)


def _counted() -> Select[Any, Any]:
    counted = select(Ticket.party_id, func.count().label("number"))
    return counted.where(Ticket.party_id.is_not(None)).group_by(Ticket.party_id)


def _csat(_work: UnitOfWork) -> Select[UUID, Any]:
    """Of all their ratings how many are 4 or 5, in whole per cent."""
    satisfied = func.count(case((Ask.score >= 4, 1)))
    share = (100 * satisfied) / func.count(Ask.score)
    rated: Select[Any, Any] = select(Ticket.party_id, cast(share, Integer).label("share"))
    return (
        rated.join(Ask, Ask.ticket_id == Ticket.id)
        .where(Ask.kind == AskKind.RATING, Ask.score.is_not(None), Ticket.party_id.is_not(None))
        .group_by(Ticket.party_id)
    )


TRAITS = (
    Trait(
        name="service.open_tickets",
        title=_("Open tickets"),
        subject=PARTY,
        shape=Shape.NUMBER,
        select=_open_tickets,
        permission=READ,
    ),
    Trait(
        name="service.csat",
        title=_("Satisfied with our service (per cent of ratings)"),
        subject=PARTY,
        shape=Shape.NUMBER,
        select=_csat,
        permission=READ,
    ),
    Trait(
        name="service.complaints",
        title=_("Complaints"),
        subject=PARTY,
        shape=Shape.NUMBER,
        select=_complaints,
        permission=READ,
    ),
)
