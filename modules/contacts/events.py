"""What this module announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCreated(Event):
    party_id: UUID
    company_id: UUID
    #: ``tandem``, or the connection the party came through.
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyChanged(Event):
    """``fields`` names what changed: the party's own, or ``addresses``, ``contact_points`` ..."""

    party_id: UUID
    company_id: UUID
    fields: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyMerged(Event):
    """Two were found to be one: what points at ``merged_id`` belongs to ``kept_id`` from now on.

    Modules follow with ``on`` and ``services.following.follow``, which can be taken back.
    """

    merge_id: UUID
    kept_id: UUID
    merged_id: UUID
    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyUnmerged(Event):
    """They are two again: what moved goes back, by ``services.following.go_back``."""

    merge_id: UUID
    kept_id: UUID
    merged_id: UUID
    company_id: UUID
