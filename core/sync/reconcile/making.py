"""Make a statement: every kind compared, then frozen in one transaction at the end.

A reading that fails half-way raises, and leaves nothing: half a statement would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from core.errors import CrmError, RuleBroken
from core.jobs.job import JobContext
from core.sync.contract import Endpoint, ErpSession
from core.sync.exchange import Stated
from core.sync.gate import admitted
from core.sync.models import Connection
from core.sync.open_sessions import kept_session
from core.sync.reconcile.freeze import Made, freeze
from core.sync.reconcile.ours import Ours
from core.sync.reconcile.run import Comparison, KindCompared
from core.sync.reconcile.theirs import Theirs
from core.web.i18n import gettext as _

#: Told the kind, and how many of the ERP's records were read of it so far.
Report = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """``kinds`` empty: all that both sides have."""

    connection_id: UUID
    kinds: Sequence[str]
    first: date
    last: date
    by: str


class Interrupted(CrmError):
    """The worker is to stop: the comparison starts anew with the next."""

    code = "sync.interrupted"
    http_status = 503


def make_statement(context: JobContext, wish: Wish, report: Report) -> UUID:
    """Raise SyncError when the ERP can not be read to the end, RuleBroken when it may not be."""
    with context.read() as work:
        connection = admitted(work, wish.connection_id)
        stated = dict(work.enabled.statements)
    if connection is None:
        raise RuleBroken(_("The connection is not live, or its ERP is just held back."))
    session = kept_session(context.host, connection)
    endpoints = {endpoint.document: endpoint for endpoint in session.endpoints}
    chosen = [stated[kind] for kind in wish.kinds] if wish.kinds else list(stated.values())
    compared = [
        _compared(context, connection, (one, endpoints[one.document]), wish=wish, report=report)
        for one in chosen
        if one.document in endpoints
    ]
    if not compared:
        raise RuleBroken(
            _(
                "%(name)s tells of none of these kinds: there is nothing to compare.",
                name=connection.name,
            )
        )
    made = Made(first=wish.first, last=wish.last, by=wish.by, there=_words(session, connection))
    with context.write() as work:
        return freeze(work, connection, made, compared).id


def _compared(
    context: JobContext,
    connection: Connection,
    sides: tuple[Stated[Any], Endpoint],
    *,
    wish: Wish,
    report: Report,
) -> KindCompared:
    stated, endpoint = sides

    def read(number: int) -> None:
        if context.stopping:
            raise Interrupted(_("The comparison was interrupted and starts anew."))
        report(stated.kind, number)

    read(0)
    ours = Ours(stated, connection)
    theirs = Theirs(stated, endpoint, read)
    return Comparison(context, ours, theirs, wish.first, wish.last).run()


def _words(session: ErpSession, connection: Connection) -> str:
    """The ERP's name and version as it says them today."""
    return f"{connection.connector}: {session.check()}"
