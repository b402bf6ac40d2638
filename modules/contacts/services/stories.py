"""The timeline as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from core.api.listing import ListQuery, page
from core.companies import fetch
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import OURSELVES, UnitOfWork
from modules.contacts.models import Party
from modules.contacts.rules import Channel, Direction
from modules.contacts.services.lists import timeline_of

_CHANNELS: Mapping[tuple[Channel, Direction | None], str] = {
    (Channel.CALL, None): _l("Call"),
    (Channel.CALL, Direction.IN): _l("They called"),
    (Channel.CALL, Direction.OUT): _l("We called"),
    (Channel.MAIL, None): _l("Mail"),
    (Channel.MAIL, Direction.IN): _l("Mail from them"),
    (Channel.MAIL, Direction.OUT): _l("Mail to them"),
    (Channel.MEETING, None): _l("Meeting"),
    (Channel.VISIT, None): _l("Visit"),
    (Channel.VISIT, Direction.IN): _l("They visited us"),
    (Channel.VISIT, Direction.OUT): _l("We visited them"),
    (Channel.CHAT, None): _l("Chat"),
    (Channel.NOTE, None): _l("Note"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``title`` is in the reader's language; ``text`` is what somebody wrote."""

    id: UUID
    kind: str
    happened_at: datetime
    title: str
    text: str
    outcome: str
    next_step: str
    next_on: date | None
    #: The page it is about: Flask endpoint and values.
    link: str | None
    link_params: Mapping[str, Any]
    source: str
    author: str

    @property
    def foreign(self) -> bool:
        return self.source != OURSELVES


@dataclass(frozen=True, slots=True)
class Story:
    lines: Sequence[Line]
    #: Cursor of what happened before; None: that was all.
    next: str | None


def read_story(work: UnitOfWork, party_id: UUID, query: ListQuery) -> Story:
    """Raise NotFound for a party the actor does not see."""
    fetch(work, Party, party_id)
    found = page(work, timeline_of(party_id), query)
    return Story([_line(row) for row in found.rows], found.next)


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    return Line(
        id=row.id,
        kind=row.kind,
        happened_at=row.happened_at,
        title=_title(row),
        text=row.text or "",
        outcome=row.outcome or "",
        next_step=row.next_step or "",
        next_on=row.next_on,
        link=row.href,
        link_params=row.link_params,
        source=row.source,
        author=row.author,
    )


def _title(row: Row[*tuple[Any, ...]]) -> str:
    if row.channel is None:
        return _(row.title, **row.params)
    channel = Channel(row.channel)
    return _(_CHANNELS.get((channel, row.direction), _CHANNELS[channel, None]))
