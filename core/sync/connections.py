"""Connections as people set them up: add, change, test, pause, resume."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.actor import Actor
from core.clock import utcnow
from core.companies import fetch, visible
from core.errors import CrmError, Invalid, RuleBroken
from core.host import Host
from core.security.vault import open_vault
from core.sync.errors import AuthFailed
from core.sync.gate import count_answer
from core.sync.health import note_auth_failed, note_trouble
from core.sync.models import Connection, ConnectionState
from core.sync.models.connection import CONNECTION_FLOW
from core.sync.open_sessions import (
    drop_session,
    loaded_settings,
    opened_secrets,
    plain_settings,
    secret_fields,
)
from core.sync.outbox import adopt_waiting, wake_connection
from core.sync.probe import probe
from core.web.i18n import gettext as _
from core.work import UnitOfWork

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Checked:
    """What *Test connection* found; ``words`` are for people."""

    ok: bool
    words: str


def add(
    work: UnitOfWork,
    host: Host,
    *,
    name: str,
    connector: str,
    company_id: UUID,
    settings: Mapping[str, Any],
) -> Connection:
    """A new connection, still a draft: it works once it was tested well.

    The company's first one is where its orders go. Raise Invalid, naming each field.
    """
    name = free_name(work, name)
    others = select(Connection.id).where(Connection.company_id == company_id, Connection.is_default)
    connection = Connection(
        name=name,
        connector=connector,
        company_id=company_id,
        is_default=work.session.scalar(others) is None,
    )
    _set(host, connection, settings)
    work.session.add(connection)
    work.session.flush()
    return connection


def free_name(work: UnitOfWork, name: str, *, besides: UUID | None = None) -> str:
    """The name as it is kept. Raise Invalid when it is empty, too long, or another's."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Invalid(
            _("The connection needs a name."),
            fields={"name": _("From 1 to %(most)d characters.", most=_LONGEST_NAME)},
        )
    found = work.session.scalar(select(Connection.id).where(Connection.name == name))
    if found not in {None, besides}:
        raise Invalid(
            _("There is a connection of this name."), fields={"name": _("Choose another name.")}
        )
    return name


def configure(
    work: UnitOfWork, host: Host, connection_id: UUID, settings: Mapping[str, Any]
) -> Connection:
    """Other settings; a secret that is left out or empty stays as it was."""
    connection = fetch(work, Connection, connection_id, lock=True)
    _set(host, connection, settings)
    work.session.flush()
    return connection


def connections(work: UnitOfWork) -> list[Connection]:
    """All the actor may see, by name: a handful."""
    return list(work.session.scalars(visible(work, select(Connection)).order_by(Connection.name)))


def pause(work: UnitOfWork, connection_id: UUID) -> None:
    """Nothing is sent or pulled until it is resumed; what is under way ends."""
    connection = fetch(work, Connection, connection_id, lock=True)
    _move(connection, ConnectionState.PAUSED)


def check(host: Host, actor: Actor, connection_id: UUID) -> Checked:
    """Test the connection: log in and ask the ERP who it is. No transaction is open meanwhile.

    A draft, and one that needs credentials, works from a good answer on; a paused one stays so.
    """
    with host.read(actor) as work:
        connection = fetch(work, Connection, connection_id)
    drop_session(host, connection_id)
    try:
        found = probe(host, connection.connector, plain_settings(host, connection))
    except CrmError as error:
        return _bad(host, actor, connection, error)
    with host.write(actor) as work:
        connection = fetch(work, Connection, connection_id, lock=True)
        connection.answer, connection.checked_at = found.answer, utcnow()
        connection.promises = dict(found.promises)
        connection.abilities = dict(found.abilities)
        connection.last_error, connection.last_error_at = "", None
        count_answer(work, connection_id)
        if connection.state in {ConnectionState.DRAFT, ConnectionState.NEEDS_CREDENTIALS}:
            _go_live(work, connection)
    return Checked(ok=True, words=found.answer)


def resume(host: Host, actor: Actor, connection_id: UUID) -> Checked:
    """Work again, after one test: a connection that does not answer stays as it is."""
    checked = check(host, actor, connection_id)
    if checked.ok:
        with host.write(actor) as work:
            connection = fetch(work, Connection, connection_id, lock=True)
            if connection.state is not ConnectionState.LIVE:
                _go_live(work, connection)
    return checked


def _go_live(work: UnitOfWork, connection: Connection) -> None:
    if connection.held:
        words = _(
            "%(why)s Say at Sync, or with tandem sync resume, what it is.", why=connection.held
        )
        raise RuleBroken(words)
    _move(connection, ConnectionState.LIVE)
    work.session.flush()
    if connection.is_default:
        adopt_waiting(work, connection)
    wake_connection(work, connection.id)


def _move(connection: Connection, target: ConnectionState) -> None:
    if not CONNECTION_FLOW.allows(connection.state, target):
        raise RuleBroken(
            _("A connection that is %(state)s can not do this.", state=connection.state.words)
        )
    connection.state = target


def _bad(host: Host, actor: Actor, connection: Connection, error: CrmError) -> Checked:
    words = worded(error)
    with host.write(actor) as work:
        if isinstance(error, AuthFailed):
            note_auth_failed(work, connection.id, words)
        else:
            note_trouble(work, connection.id, words)
    return Checked(ok=False, words=words)


def worded(error: CrmError) -> str:
    said = ((name, words) for name, words in error.fields.items() if words != str(error))
    details = "; ".join(f"{name}: {words}" for name, words in said)
    return f"{error} ({details})" if details else str(error)


def divided(
    host: Host, connection: Connection, settings: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is not secret, and what is; a secret that is left out or empty is the stored one."""
    names = secret_fields(host.registry.connector(connection.connector).manifest.settings)
    plain = {name: value for name, value in settings.items() if name not in names}
    typed = {name: value for name, value in settings.items() if name in names and value}
    return plain, {**opened_secrets(host.settings, connection), **typed}


def _set(host: Host, connection: Connection, settings: Mapping[str, Any]) -> None:
    """Unknown names and bad values are refused."""
    plain, secrets = divided(host, connection, settings)
    loaded_settings(host.registry, connection.connector, {**plain, **secrets})
    connection.settings = plain
    if secrets != opened_secrets(host.settings, connection):
        connection.sealed = open_vault(host.settings.data_dir).seal(json.dumps(secrets))
