"""What service announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Event):
    ticket_id: UUID
    company_id: UUID
    #: None for a stranger.
    party_id: UUID | None
    number: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketResolved(Event):
    ticket_id: UUID
    company_id: UUID
    party_id: UUID | None
    number: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketBreached(Event):
    """``target`` is ``response`` or ``resolution``; announced once each."""

    ticket_id: UUID
    company_id: UUID
    party_id: UUID | None
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRated(Event):
    """``score`` is 1 (very bad) to 5 (very good)."""

    ticket_id: UUID
    company_id: UUID
    party_id: UUID | None
    score: int
