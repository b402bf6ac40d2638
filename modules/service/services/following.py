"""Tickets follow a party that was merged into another, and go back with it."""

from __future__ import annotations

from core.work import UnitOfWork
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.services.following import follow, go_back
from modules.service.models import Ticket

_COLUMNS = (Ticket.party_id,)


def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
    follow(work, event, _COLUMNS)


def undo_merge_of_parties(event: PartyUnmerged, work: UnitOfWork) -> None:
    go_back(work, event, _COLUMNS)
