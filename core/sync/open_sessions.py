"""Open sessions to ERPs: made from a connection's settings, kept per worker thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import local
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from marshmallow import Schema, ValidationError

from core.config import Settings
from core.errors import CrmError, Invalid
from core.host import Host
from core.masking import learn
from core.registry.registry import Registry
from core.security.vault import open_vault
from core.sync.contract import ErpSession
from core.sync.egress import EgressRefused
from core.sync.errors import AuthFailed, Unsent
from core.sync.http import FrameworkSessions
from core.sync.models import Connection
from core.sync.pace import Pace
from core.web.i18n import gettext as _

log = structlog.get_logger(__name__)

#: Seconds in which a session is opened anew once: credentials that are refused stay refused.
_RENEWED_S = 60.0


@dataclass(slots=True)
class _Held:
    version: int
    session: ErpSession
    #: How many runs have used it.
    runs: int = 0


class _Kept(local):
    """Per thread, since a session is used by one thread at a time; by database and connection.

    Kept at all, since a login costs a real ERP more than a request.
    """

    def __init__(self) -> None:
        self.sessions: dict[tuple[str, UUID], _Held] = {}
        self.renewed_at: dict[tuple[str, UUID], float] = {}


_KEPT = _Kept()


def kept_session(host: Host, connection: Connection) -> ErpSession:
    """The thread's own session, opened anew when the connection was changed. Talks to the ERP."""
    key = (host.settings.url, connection.id)
    held = _KEPT.sessions.get(key)
    if held is None or held.version != connection.version:
        held = _Held(connection.version, open_session(host, connection))
        _KEPT.sessions[key] = held
    held.runs += 1
    return held.session


def drop_session(host: Host, connection_id: UUID) -> None:
    _KEPT.sessions.pop((host.settings.url, connection_id), None)


def expire_session(host: Host, connection_id: UUID, error: AuthFailed, *, answered: bool) -> bool:
    """Drop a session whose credentials were refused; True when to log in anew is worth a try.

    It is once, for a session that worked until now: a token's time was up. ``answered``: in the
    run at hand. A login that is refused itself is not tried again, since that locks accounts.
    """
    key = (host.settings.url, connection_id)
    held, last = _KEPT.sessions.pop(key, None), _KEPT.renewed_at.get(key, float("-inf"))
    if held is None or not (answered or held.runs > 1) or isinstance(error, EgressRefused):
        return False
    if monotonic() - last < _RENEWED_S:
        return False
    _KEPT.renewed_at[key] = monotonic()
    return True


def open_session(host: Host, connection: Connection) -> ErpSession:
    """A new session; talks to the ERP where that needs a login. Raises SyncError and Invalid."""
    connector = host.registry.connector(connection.connector)
    loaded = loaded_settings(host.registry, connection.connector, plain_settings(host, connection))
    rate = connection.calls_per_second
    pace = Pace(host.database, connection.id, float(rate)) if rate else None
    wires = FrameworkSessions(allowed=host.settings.egress, pace=pace)
    try:
        return connector.open(loaded, wires)
    except CrmError:
        raise
    except Exception as error:  # a border: a stranger's code
        log.exception("connector.failed", verb="open", connection=connection.name)
        raise Unsent(f"The connector failed: {type(error).__name__}: {error}") from error


def plain_settings(host: Host, connection: Connection) -> dict[str, Any]:
    """All settings, the secrets among them in clear: for the connector alone."""
    return {**connection.settings, **opened_secrets(host.settings, connection)}


def opened_secrets(settings: Settings, connection: Connection) -> dict[str, Any]:
    if connection.sealed is None:
        return {}
    opened: dict[str, Any] = json.loads(open_vault(settings.data_dir).open(connection.sealed))
    return opened


def loaded_settings(registry: Registry, connector: str, values: Mapping[str, Any]) -> Any:
    """What the connector's schema makes of the values. Raise Invalid, naming each field.

    Whoever uses secrets comes by here: from now on no text of this process repeats them.
    """
    schema = registry.connector(connector).manifest.settings()
    learn(str(values[name]) for name in secret_fields(type(schema)) if values.get(name))
    try:
        return schema.load(values)
    except ValidationError as error:
        fields = {name: _words(messages) for name, messages in error.messages_dict.items()}
        raise Invalid(_("The connection can not be set up so."), fields=fields) from error


def secret_fields(schema: type[Schema]) -> frozenset[str]:
    fields = schema().fields.items()
    return frozenset(name for name, field in fields if field.metadata.get("secret"))


def _words(messages: object) -> str:
    if isinstance(messages, list):
        return " ".join(str(message) for message in messages)
    return str(messages)
