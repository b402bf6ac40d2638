"""Parties by name, for pages that hold only their key."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from core.companies import visible
from core.work import UnitOfWork
from modules.contacts.models import Party


def name_of(work: UnitOfWork, key: str) -> str:
    """The name behind a key that stands in an address; what is no party of ours, as it stands."""
    try:
        named = select(Party.name).where(Party.id == UUID(key))
    except ValueError:
        return key
    return work.session.scalar(visible(work, named)) or key
