"""The timeline of a party: other modules write to it by ``record``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.errors import NotFound
from core.work import OURSELVES, UnitOfWork
from modules.contacts.models import Interaction, Party, TimelineEntry


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of the source language with ``%(name)s`` in it, and what fills them."""

    text: str
    params: Mapping[str, str] = field(default_factory=dict)


def phrase(text: str, **params: str) -> Phrase:
    """``text`` is marked by ``lazy`` where it is written, and translated where it is shown."""
    return Phrase(text, params)


@dataclass(frozen=True, slots=True)
class Link:
    """The page of what the line is about: a Flask endpoint and its values."""

    endpoint: str
    params: Mapping[str, str] = field(default_factory=dict)


def record(
    work: UnitOfWork,
    party_id: UUID,
    *,
    kind: str,
    text: str | Phrase,
    happened_at: datetime | None = None,
    link: Link | None = None,
) -> TimelineEntry:
    """Add a line to the party's timeline.

    ``kind`` is ``module.what``. ``happened_at`` None: now, or when the source saw it.
    """
    said = text if isinstance(text, Phrase) else Phrase(text)
    entry = TimelineEntry(
        company_id=_company(work, party_id),
        party_id=party_id,
        happened_at=happened_at or _now(work),
        kind=kind,
        text=said.text,
        params=dict(said.params),
        link=link.endpoint if link else None,
        link_params=dict(link.params) if link else {},
        source=work.source,
        author=work.actor.name,
    )
    work.session.add(entry)
    return entry


def tell(work: UnitOfWork, interaction: Interaction) -> TimelineEntry:
    """The line of an interaction; its words stay in the interaction alone."""
    entry = record(
        work,
        interaction.party_id,
        kind=f"contacts.{interaction.channel}",
        text="",
        happened_at=interaction.happened_at,
    )
    entry.interaction_id = interaction.id
    return entry


def _now(work: UnitOfWork) -> datetime:
    """What several lines of one unit of work say happened in the order they were written."""
    return utcnow() if work.source == OURSELVES else work.observed_at


def _company(work: UnitOfWork, party_id: UUID) -> UUID:
    found = work.session.scalar(select(Party.company_id).where(Party.id == party_id))
    if found is None:
        raise NotFound(f"There is no party {party_id}.")
    return found
