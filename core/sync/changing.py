"""Changing a connection that is set up: its name, its settings, and whether orders go there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch
from core.errors import Invalid
from core.host import Host
from core.sync.connections import configure, free_name
from core.sync.models import Connection, ConnectionState
from core.sync.outbox import adopt_waiting
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: More than this per line is no rounding, in any currency.
MOST_TOLERANCE = Decimal(1000)
TOLERANCE_PLACES = 4
#: Calls per second that can be asked for: one in a hundred seconds to what no ERP answers.
SLOWEST, FASTEST = Decimal("0.01"), Decimal(1000)
_PACE_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Risks:
    """What an admin takes upon the company; both are kept in the history.

    ``tolerance`` is the difference per line between our net and the ERP's, in the order's
    currency, up to which an order is confirmed there. ``at_most_once`` sends orders even to an ERP
    that can not be asked for them: what is in doubt there is left to a person.
    """

    tolerance: Decimal
    at_most_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a connection shall be; a secret that is left out of the settings stays as it is."""

    name: str
    is_default: bool
    settings: Mapping[str, Any]
    risks: Risks | None = None
    #: Of all processes together; None: as fast as the ERP answers.
    calls_per_second: Decimal | None = None


def change(
    work: UnitOfWork, host: Host, connection_id: UUID, *, wish: Wish, version: int
) -> Connection:
    """Raise Stale when it was saved since ``version``, Invalid naming each field at fault.

    A company has at most one default: another connection of it stops being that.
    """
    connection = fetch(work, Connection, connection_id, lock=True)
    check_version(connection, version)
    connection.name = free_name(work, wish.name, besides=connection.id)
    if wish.is_default and not connection.is_default:
        _no_default(work, connection.company_id)
        if connection.state is not ConnectionState.DRAFT:
            adopt_waiting(work, connection)
    connection.is_default = wish.is_default
    if wish.risks is not None:
        take_risks(connection, wish.risks)
    set_pace(connection, wish.calls_per_second)
    return configure(work, host, connection_id, wish.settings)


def take_risks(connection: Connection, risks: Risks) -> None:
    """Raise Invalid for a tolerance that is none."""
    if not (risks.tolerance.is_finite() and 0 <= risks.tolerance <= MOST_TOLERANCE):
        raise Invalid(
            _("The connection can not be set up so."),
            fields={"tolerance": _("From 0 to %(most)s.", most=MOST_TOLERANCE)},
        )
    connection.tolerance = round(risks.tolerance, TOLERANCE_PLACES)
    connection.accepts_at_most_once = risks.at_most_once


def set_pace(connection: Connection, calls_per_second: Decimal | None) -> None:
    """Raise Invalid for a limit that is none. It holds from the next session on."""
    if calls_per_second is not None and not (
        calls_per_second.is_finite() and SLOWEST <= calls_per_second <= FASTEST
    ):
        raise Invalid(
            _("The connection can not be set up so."),
            fields={
                "calls_per_second": _(
                    "From %(least)s to %(most)s, or empty.", least=SLOWEST, most=FASTEST
                )
            },
        )
    connection.calls_per_second = calls_per_second and round(calls_per_second, _PACE_PLACES)


def _no_default(work: UnitOfWork, company_id: UUID) -> None:
    now = select(Connection).where(Connection.company_id == company_id, Connection.is_default)
    for other in work.session.scalars(now):
        other.is_default = False
    # Before the new one is written: the database allows one at a time.
    work.session.flush()
