"""At the start of what may call an ERP, and every minute: is this the database there was before?"""

from __future__ import annotations

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.actor import system
from core.clock import utcnow
from core.errors import Busy
from core.host import Host
from core.installation.place import place_of
from core.installation.witness import Witness, remember, remembered
from core.journal import note
from core.registry.models import Installation
from core.sync.models import Connection, ConnectionState
from core.work import UnitOfWork

log = structlog.get_logger(__name__)

ACTOR = system("installation")


def recognise(host: Host) -> None:
    """Hold all connections when the database is another's copy, or an earlier state of itself.

    The first time it is opened its place is written down. Without tables there is nothing to do.
    """
    try:
        with host.write(ACTOR) as work:
            installation = work.session.scalar(select(Installation).with_for_update())
            if installation is None:
                return
            here = place_of(work.session, host.settings)
            if not installation.held and (reason := _suspicion(host, installation, here)):
                hold(work, installation, reason)
            if not installation.held:
                installation.place, installation.opened_at = here, utcnow()
                installation.mark += 1
    except Busy:
        raise
    except SQLAlchemyError as error:
        log.warning("installation.unknown", reason=str(error))
        return
    if not installation.held:
        remember(host.settings.data_dir, _now(installation))


def hold(work: UnitOfWork, installation: Installation, reason: str) -> None:
    """Nothing is sent or read until a person has said what this database is."""
    installation.held = reason
    note(work, "core_installation", installation.id, field="held", change=("", reason))
    live = select(Connection).where(Connection.state == ConnectionState.LIVE).with_for_update()
    for connection in work.session.scalars(live.order_by(Connection.id)):
        hold_connection(connection, reason)
    log.error("installation.held", reason=reason)


def hold_connection(connection: Connection, reason: str) -> None:
    connection.state, connection.held = ConnectionState.PAUSED, reason


def _suspicion(host: Host, installation: Installation, here: str) -> str:
    if installation.place not in {"", here}:
        return f"This database was opened last as {installation.place}; now it is {here}."
    if _now(installation).is_behind(remembered(host.settings.data_dir)):
        return f"This database ({here}) is in an earlier state than the last one that was here."
    return ""


def _now(installation: Installation) -> Witness:
    return Witness(str(installation.id), installation.epoch, installation.mark)
