"""What the page of one connection tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.companies import Company, fetch
from core.host import Host
from core.journal import History
from core.sync.attention import Stage, stage_counts
from core.sync.connections import divided
from core.sync.models import (
    Attempt,
    AttemptItem,
    AttemptOutcome,
    Binding,
    Connection,
    Cursor,
)
from core.sync.open_sessions import secret_fields
from core.sync.overview import Health, overview
from core.sync.pages.words import CONNECTION_CHIPS, kind_words, record_address
from core.web.fields import FormField, fields_of
from core.web.i18n import gettext as _
from core.work import UnitOfWork

_MOST = 8
_TROUBLES = (AttemptOutcome.REFUSED, AttemptOutcome.UNSENT, AttemptOutcome.IN_DOUBT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    at: datetime
    what: str
    words: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the timeline; ``None`` where the template looks for what it has not."""

    at: datetime
    title: str
    text: str
    who: str
    icon: str = "history"
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    connection: Connection
    company: str
    health: Health | None
    stages: Mapping[Stage, int]
    feeds: int
    #: Title and value; of a secret only that there is one.
    settings: Sequence[tuple[str, str]]
    troubles: Sequence[Trouble]
    history: Sequence[Event]


def about(work: UnitOfWork, host: Host, key: UUID) -> About:
    found = fetch(work, Connection, key)
    counts = stage_counts(work)
    streams = select(Cursor.id).where(Cursor.connection_id == key)
    return About(
        connection=found,
        company=work.session.get_one(Company, found.company_id).name,
        health=next((one for one in overview(work) if one.connection is found), None),
        stages={stage: counts.get((key, stage), 0) for stage in Stage},
        feeds=len(work.session.scalars(streams).all()),
        settings=_settings(host, found),
        troubles=_troubles(work, key),
        history=_history(work, key) if work.actor.may("core.history") else (),
    )


def _settings(host: Host, connection: Connection) -> list[tuple[str, str]]:
    """Nothing where the connector's package is gone: its schema says what is secret."""
    if connection.connector not in host.registry.connectors.installed:
        return []
    schema = host.registry.connector(connection.connector).manifest.settings
    secret = secret_fields(schema)
    _plain, secrets = divided(host, connection, {})

    def shown(one: FormField) -> str:
        if one.name in secret:
            return "••••••••" if secrets.get(one.name) else ""
        return one.text(connection.settings.get(one.name, one.default))

    return [(one.title, shown(one)) for one in fields_of(schema())]


def _troubles(work: UnitOfWork, key: UUID) -> list[Trouble]:
    """Feeds that can not be read, then the latest requests that went wrong."""
    streams = select(Cursor.kind, Cursor.error, Cursor.error_at).where(
        Cursor.connection_id == key, Cursor.error != ""
    )
    found = [
        Trouble(at=at, what=_("Reading: %(kind)s", kind=kind_words(kind)), words=error)
        for kind, error, at in work.session.execute(streams.order_by(Cursor.error_at.desc()))
        if at is not None
    ]
    tries = (
        select(Attempt.started_at, AttemptItem.message, Binding)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Binding, Binding.id == AttemptItem.binding_id)
        .where(Attempt.connection_id == key, AttemptItem.outcome.in_(_TROUBLES))
        .order_by(Attempt.started_at.desc(), AttemptItem.id)
        .limit(_MOST)
    )
    for at, words, binding in work.session.execute(tries):
        href = record_address(work.enabled, binding.kind, binding.local_id)
        name = binding.reference or kind_words(binding.kind)
        found.append(Trouble(at=at, what=name, words=words, href=href))
    return found


def _history(work: UnitOfWork, key: UUID) -> list[Event]:
    rows = work.session.scalars(
        select(History)
        .where(History.entity == Connection.__tablename__, History.record_id == key)
        .order_by(History.recorded_at.desc(), History.id.desc())
        .limit(2 * _MOST)
    )
    return [_event(row) for row in rows]


def _event(row: History) -> Event:
    titles = {
        "name": _("Name"),
        "state": _("State"),
        "settings": _("Settings"),
        "tolerance": _("Difference allowed per line"),
        "accepts_at_most_once": _("Orders to an ERP that can not be asked for them"),
        "calls_per_second": _("Calls per second at most"),
    }
    return Event(
        at=row.observed_at,
        title=titles.get(row.field, row.field),
        text=_change(row),
        who=row.actor,
    )


def _change(row: History) -> str:
    if row.field == "settings":
        return ", ".join(_changed_names(row.old or {}, row.new or {}))
    words = {str(state): _(chip.label) for state, chip in CONNECTION_CHIPS.items()}
    old, new = (words.get(str(value), str(value or "")) for value in (row.old, row.new))
    return f"{old} → {new}" if old else new


def _changed_names(old: dict[str, object], new: dict[str, object]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
