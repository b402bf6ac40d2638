"""Ask for a statement, and for records it found missing or different to be read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.companies import fetch
from core.errors import Invalid, RuleBroken
from core.jobs.queue import enqueue
from core.sync.models import Connection, ConnectionState
from core.sync.pull.job import PULL
from core.sync.reconcile.models import (
    Reconciliation,
    Remedy,
    Statement,
    StatementDifference,
)
from core.web.i18n import gettext as _
from core.work import UnitOfWork

RECONCILE = "core.sync.reconcile"
PULL_AGAIN = "core.sync.pull_again"

_LONGEST = timedelta(days=366)
#: The last place on earth where a day ends. Source: ISO 8601, UTC-12.
_BEHIND = timedelta(hours=12)
#: The first place where a day begins. Source: tz database, Pacific/Kiritimati.
_AHEAD = timedelta(hours=14)
#: Records read again by one press of a button.
_MOST_AGAIN = 1000


def last_closed_day(now: datetime) -> date:
    """The last day that is over everywhere, so for every ERP, whatever its zone."""
    return (now - _BEHIND).date() - timedelta(days=1)


def ask(
    work: UnitOfWork, connection_id: UUID, kinds: Sequence[str], *, first: date, last: date
) -> Reconciliation:
    """A run that makes a statement once this is committed. ``kinds`` empty: all.

    As ``check_wish``, and raise RuleBroken for a connection at rest.
    """
    connection = fetch(work, Connection, connection_id)
    check_wish(work, kinds, first=first, last=last)
    if connection.state is not ConnectionState.LIVE:
        raise RuleBroken(_("%(name)s is not live: nothing is read from it.", name=connection.name))
    run = Reconciliation(
        company_id=connection.company_id,
        connection_id=connection.id,
        kinds=list(kinds),
        first=first,
        last=last,
        asked_by=work.actor.name,
    )
    work.session.add(run)
    work.session.flush()
    enqueue(work, RECONCILE, {"run": str(run.id)}, partition=f"{RECONCILE}:{connection.id}")
    return run


def check_wish(work: UnitOfWork, kinds: Sequence[str], *, first: date, last: date) -> None:
    """Raise Invalid for a period or kind that is none, RuleBroken where nothing can be compared."""
    if not work.enabled.statements:
        raise RuleBroken(
            _("No enabled module has anything to compare: enable one, like billing, and ask again.")
        )
    problems: dict[str, str] = {}
    if last < first:
        problems["last"] = _("The last day is before the first.")
    elif last - first >= _LONGEST:
        problems["last"] = _("A statement is of one year at most.")
    if first > (utcnow() + _AHEAD).date():
        problems["first"] = _("This day has not begun anywhere yet.")
    if unknown := [kind for kind in kinds if kind not in work.enabled.statements]:
        problems["kinds"] = _("No module states %(kind)s.", kind=unknown[0])
    if problems:
        raise Invalid(_("There can be no such statement."), fields=problems)


def pull_again(work: UnitOfWork, statement_id: UUID, difference_id: UUID | None = None) -> int:
    """Have the ERP's records read again, one or all for which that is the remedy; how many."""
    statement = fetch(work, Statement, statement_id)
    wanted = select(StatementDifference).where(
        StatementDifference.statement_id == statement.id,
        StatementDifference.remedy == Remedy.PULL_AGAIN,
    )
    if difference_id is not None:
        wanted = wanted.where(StatementDifference.id == difference_id)
    rows = work.session.scalars(wanted.order_by(StatementDifference.id).limit(_MOST_AGAIN)).all()
    named = {(row.kind, row.external_id) for row in rows if row.external_id}
    if not named:
        raise RuleBroken(_("Reading again mends nothing here: a person has to look."))
    route = f"{PULL}:{statement.connection_id}"
    args = {"connection": str(statement.connection_id), "records": sorted(map(list, named))}
    # In line with the connection's own pulls: two of them never apply one record at once.
    enqueue(work, PULL_AGAIN, args, partition=route)
    return len(named)


def ask_for_last_day(work: UnitOfWork) -> int:
    """A run for every live connection; how many."""
    if not work.enabled.statements:
        return 0
    day = last_closed_day(utcnow())
    live = select(Connection.id).where(Connection.state == ConnectionState.LIVE)
    found = work.session.scalars(live.order_by(Connection.id)).all()
    for connection_id in found:
        ask(work, connection_id, (), first=day, last=day)
    return len(found)
