"""What marketing announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent(Event):
    """``channel`` and ``purpose`` say for what; ``purpose`` is the purpose's key."""

    party_id: UUID
    channel: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(ConsentEvent):
    """We may write to the party from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(ConsentEvent):
    """We may no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSent(Event):
    """Everybody of its audience was written to, or was not for a reason that is kept."""

    campaign_id: UUID
    sent: int
    suppressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEntered(Event):
    """The party was not in the segment when it was last looked at, and is now."""

    segment_id: UUID
    party_id: UUID
