"""Ask an ERP who it is, with settings that need not be saved. No transaction may be open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from core.errors import CrmError
from core.host import Host
from core.sync.contract import Cancels, ErpSession, Guarantee, Updates, guarantee
from core.sync.errors import Unsent
from core.sync.http import FrameworkSessions
from core.sync.models import OutboxVerb
from core.sync.open_sessions import loaded_settings
from core.web.i18n import gettext as _

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """``answer`` is the ERP's own; the others go by the class name of the document.

    ``abilities`` are the verbs of the outbox the ERP has for what it holds already.
    """

    answer: str
    promises: Mapping[str, Guarantee]
    abilities: Mapping[str, Sequence[str]]


def probe(host: Host, connector: str, settings: Mapping[str, Any]) -> Probed:
    """``settings`` with their secrets. Raise Invalid, naming each field, and SyncError."""
    loaded = loaded_settings(host.registry, connector, settings)
    wires = FrameworkSessions(allowed=host.settings.egress)
    try:
        session = host.registry.connector(connector).open(loaded, wires)
        return Probed(
            answer=session.check(), promises=_promises(session), abilities=_abilities(session)
        )
    except CrmError:
        raise
    except Exception as error:  # a border: a stranger's code
        log.exception("connector.failed", verb="check", connector=connector)
        words = _("The connector failed: %(error)s", error=f"{type(error).__name__}: {error}")
        raise Unsent(words) from error


def _abilities(session: ErpSession) -> dict[str, list[str]]:
    return {one.document.__name__: _verbs(one) for one in session.endpoints}


def _verbs(endpoint: object) -> list[str]:
    can = {
        OutboxVerb.CANCEL: isinstance(endpoint, Cancels),
        OutboxVerb.CHANGE: isinstance(endpoint, Updates),
    }
    return [verb.value for verb, able in can.items() if able]


def _promises(session: ErpSession) -> dict[str, Guarantee]:
    return {one.document.__name__: guarantee(one) for one in session.endpoints}
