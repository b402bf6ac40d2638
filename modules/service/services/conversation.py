"""The whole of one ticket, read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from core.clock import utcnow
from core.companies import visible
from core.errors import NotFound
from core.mail.models import MailState, PostedMail
from core.security.models import User
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.service.models import (
    Ask,
    AskKind,
    Attachment,
    Draft,
    Message,
    Queue,
    SlaPolicy,
    StateChange,
    Ticket,
)
from modules.service.rules.clock import Mark, Target
from modules.service.rules.states import Direction
from modules.service.services.clocks import clocks, levels
from modules.service.services.merging import merged_into
from modules.service.services.tickets import get_ticket

#: Messages a page shows; the oldest of a longer thread are left to the API.
_MOST = 300
#: Somebody who typed within this is answering.
_TYPING = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one target stands. ``left`` is business time, negative when it is late."""

    target: Target
    mark: Mark
    due_at: datetime | None
    left: timedelta


@dataclass(frozen=True, slots=True)
class Conversation:
    ticket: Ticket
    party: str
    queue: str
    assignee: str
    policy: str
    messages: Sequence[Message]
    files: Mapping[UUID, Sequence[Row[*tuple[Any, ...]]]]
    #: What became of our mails, by message; those not here are on their way.
    mails: Mapping[UUID, MailState]
    standings: Sequence[Standing]
    changes: Sequence[StateChange]
    parts: Sequence[Ticket]
    main: Ticket | None
    rating: Ask | None
    draft: str

    @property
    def version(self) -> int:
        return self.ticket.version

    @property
    def last_seen(self) -> UUID | None:
        """The newest message a reply may cross with."""
        said = [
            one.id
            for one in self.messages
            if one.direction is not Direction.NOTE and not one.automatic
        ]
        return said[-1] if said else None


def read_conversation(work: UnitOfWork, ticket_id: UUID) -> Conversation:
    """Raise NotFound for a ticket the actor does not see."""
    ticket = get_ticket(work, ticket_id)
    messages = _messages(work, ticket_id)
    keys = [one.id for one in messages]
    changes = select(StateChange).where(StateChange.ticket_id == ticket_id)
    ordered = work.session.scalars(changes.order_by(StateChange.at, StateChange.id)).all()
    main = ticket.merged_into_id
    return Conversation(
        ticket=ticket,
        **_names(work, ticket),
        messages=messages,
        files=_files(work, keys),
        mails=_mails(work, keys),
        standings=standings(work, ticket, ordered),
        changes=ordered,
        parts=merged_into(work, ticket_id),
        main=work.session.get(Ticket, main) if main else None,
        rating=_rating(work, ticket_id),
        draft=_draft(work, ticket_id),
    )


def _names(work: UnitOfWork, ticket: Ticket) -> dict[str, str]:
    party = select(Party.name).where(Party.id == ticket.party_id).scalar_subquery()
    assignee = select(User.name).where(User.id == ticket.assignee_id).scalar_subquery()
    policy = select(SlaPolicy.name).where(SlaPolicy.id == ticket.policy_id).scalar_subquery()
    queue = select(Queue.name).where(Queue.id == ticket.queue_id).scalar_subquery()
    row = work.session.execute(select(party, queue, assignee, policy)).one()
    names = ("party", "queue", "assignee", "policy")
    return {name: value or "" for name, value in zip(names, row, strict=True)}


def _messages(work: UnitOfWork, ticket_id: UUID) -> Sequence[Message]:
    newest = select(Message).where(Message.ticket_id == ticket_id)
    found = work.session.scalars(newest.order_by(Message.at.desc(), Message.id.desc()).limit(_MOST))
    return list(reversed(found.all()))


def _files(
    work: UnitOfWork, keys: Sequence[UUID]
) -> Mapping[UUID, Sequence[Row[*tuple[Any, ...]]]]:
    found: defaultdict[UUID, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    columns = (Attachment.message_id, Attachment.id, Attachment.name, Attachment.size_bytes)
    rows = select(*columns).where(Attachment.message_id.in_(keys)).order_by(Attachment.id)
    for row in work.session.execute(rows):
        found[row.message_id].append(row)
    return found


def _mails(work: UnitOfWork, keys: Sequence[UUID]) -> Mapping[UUID, MailState]:
    rows = select(PostedMail.id, PostedMail.state).where(PostedMail.id.in_(keys))
    return {row[0]: row[1] for row in work.session.execute(rows)}


def standings(
    work: UnitOfWork, ticket: Ticket, changes: Sequence[StateChange]
) -> Sequence[Standing]:
    history = [(one.at, one.state) for one in changes]
    now = utcnow()
    running = clocks(levels(work, ticket.company_id), ticket, history)
    return [
        Standing(target, clock.mark(now), clock.due(), clock.left(now))
        for target, clock in running.items()
    ]


def _rating(work: UnitOfWork, ticket_id: UUID) -> Ask | None:
    rated = select(Ask).where(
        Ask.ticket_id == ticket_id, Ask.kind == AskKind.RATING, Ask.score.is_not(None)
    )
    return work.session.scalar(rated.limit(1))


def _draft(work: UnitOfWork, ticket_id: UUID) -> str:
    mine = select(Draft.text).where(Draft.ticket_id == ticket_id, Draft.user_id == work.actor.id)
    return work.session.scalar(mine) or "" if work.actor.id else ""


def typing(work: UnitOfWork, ticket_id: UUID) -> list[str]:
    """The names of the others who are writing in this ticket now."""
    names = (
        select(User.name)
        .join(Draft, Draft.user_id == User.id)
        .where(
            Draft.ticket_id == ticket_id,
            Draft.at > utcnow() - _TYPING,
            Draft.user_id != (work.actor.id or UUID(int=0)),
        )
    )
    return list(work.session.scalars(names.order_by(User.name).limit(10)))


def read_file(work: UnitOfWork, ticket_id: UUID, file_id: UUID) -> Attachment:
    """Raise NotFound unless it is part of a ticket the actor sees."""
    get_ticket(work, ticket_id)
    found = (
        visible(work, select(Attachment))
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == file_id, Message.ticket_id == ticket_id)
    )
    attachment = work.session.scalar(found)
    if attachment is None:
        raise NotFound(f"There is no attachment {file_id}.")
    return attachment
