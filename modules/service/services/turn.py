"""Who gets a ticket that nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from core.security.models import User
from core.work import UnitOfWork
from modules.service.models import Queue, QueueMember, Ticket
from modules.service.rules.states import UNDONE
from modules.service.rules.turns import Assignment, least_loaded, next_in_turn


def assign_in_turn(work: UnitOfWork, ticket: Ticket) -> None:
    """By the rule of its queue; nobody when the queue has no rule or nobody is in it.

    The queue stays locked until the transaction ends: two tickets at once are two turns.
    """
    queue = work.session.get_one(Queue, ticket.queue_id, with_for_update=True)
    if queue.assignment is Assignment.NONE:
        return
    members = members_of(work, queue.id)
    if queue.assignment is Assignment.LEAST_LOADED:
        chosen = least_loaded(members, _load(work, members), queue.last_assignee_id)
    else:
        chosen = next_in_turn(members, queue.last_assignee_id)
    if chosen is not None:
        ticket.assignee_id = queue.last_assignee_id = chosen


def members_of(work: UnitOfWork, queue_id: UUID) -> Sequence[UUID]:
    """Those who may still sign in."""
    found = select(QueueMember.user_id).join(User, User.id == QueueMember.user_id)
    here = found.where(QueueMember.queue_id == queue_id, User.active)
    return work.session.scalars(here.order_by(QueueMember.user_id)).all()


def _load(work: UnitOfWork, members: Sequence[UUID]) -> dict[UUID, int]:
    undone = Ticket.assignee_id.in_(members), Ticket.state.in_(UNDONE)
    counted = select(Ticket.assignee_id, func.count()).where(*undone)
    rows = work.session.execute(counted.group_by(Ticket.assignee_id))
    return {key: number for key, number in rows if key is not None}
