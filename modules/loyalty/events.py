"""What loyalty announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsPosted(Event):
    """``points`` the member has more, or less where negative; escrow does not count yet."""

    member_id: UUID
    party_id: UUID
    kind: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChanged(Event):
    """``tier`` is its name; empty: none any more."""

    member_id: UUID
    party_id: UUID
    tier: str
    step: str
