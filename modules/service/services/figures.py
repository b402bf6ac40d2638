"""Figures for those who lead the service: what is open, what was kept, how it was liked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, select

from core.clock import utcnow
from core.companies import visible
from core.security.models import User
from core.work import UnitOfWork
from modules.service.models import Ask, AskKind, Queue, Ticket
from modules.service.rules.states import UNDONE
from modules.service.services.showing import SOON

#: Figures that look back do so for this long.
PERIOD = timedelta(days=30)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Now:
    open: int
    mine: int
    unassigned: int
    soon: int
    late: int


def now(work: UnitOfWork) -> Now:
    """What is open at this moment, as the actor may see it. One query."""
    at = utcnow()
    numbers = (
        func.count(Ticket.id),
        _count(Ticket.assignee_id == work.actor.id),
        _count(Ticket.assignee_id.is_(None)),
        _count((Ticket.due_at > at) & (Ticket.due_at <= at + SOON)),
        _count(Ticket.due_at <= at),
    )
    row = work.session.execute(_seen(work, select(*numbers).where(Ticket.state.in_(UNDONE)))).one()
    return Now(*row)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _seen(work: UnitOfWork, statement: Any) -> Any:
    """``visible`` looks at the tables of columns; a sum has none, so it is asked by a subquery."""
    return statement.where(Ticket.id.in_(visible(work, select(Ticket.id))))


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the tickets opened in the period: how many there were, and promises that broke."""

    opened: int
    resolved: int
    #: Those a service level holds for.
    promised: int
    late_answers: int
    late_solutions: int


def kept(work: UnitOfWork) -> Kept:
    numbers = (
        func.count(Ticket.id),
        func.count(Ticket.resolved_at),
        func.count(Ticket.policy_id),
        func.count(Ticket.response_breached_at),
        func.count(Ticket.resolution_breached_at),
    )
    since = select(*numbers).where(Ticket.created_at >= utcnow() - PERIOD)
    return Kept(*work.session.execute(_seen(work, since)).one())


def scores_by_agent(work: UnitOfWork) -> Sequence[Row[Any]]:
    """Name, mean score (1 to 5) and how many ratings it rests on, by name."""
    return _scores(work, User, Ask.agent_id)


def scores_by_queue(work: UnitOfWork) -> Sequence[Row[Any]]:
    return _scores(work, Queue, Ask.queue_id)


def _scores(work: UnitOfWork, model: Any, column: Any) -> Sequence[Row[Any]]:
    rated = (
        select(model.name.label("name"), func.sum(Ask.score).label("sum"), func.count().label("n"))
        .join(Ask, column == model.id)
        .where(
            Ask.kind == AskKind.RATING,
            Ask.score.is_not(None),
            Ask.answered_at >= utcnow() - PERIOD,
            Ask.id.in_(visible(work, select(Ask.id))),
        )
        .group_by(model.id, model.name)
        .order_by(model.name)
        .limit(_MOST)
    )
    return work.session.execute(rated).all()


def companies_of(work: UnitOfWork) -> list[UUID]:
    """The companies the actor sees that have tickets or articles shown to askers."""
    return list(work.session.scalars(visible(work, select(Queue.company_id)).distinct().limit(50)))
