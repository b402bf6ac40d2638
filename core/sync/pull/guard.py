"""A guard over ordinary polls: much that is new at once, or many changed amounts, is asked first.

It decides page by page, before the page is committed. Small polls, which are nearly all, cost
nothing: fewer records than either limit can not hit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, literal, select

from core.db.among import among
from core.errors import CrmError
from core.sync.bindings import ConnectionBindings
from core.sync.exchange import Inbound, Mirror
from core.sync.models import Connection
from core.sync.pull.listing import Listing
from core.web.i18n import ngettext
from core.work import UnitOfWork

#: More new records than this in one reading, and than this share of those known, ask.
MOST_NEW, NEW_PER_CENT = 200, 20
#: The same of records whose amounts would change: fewer are a day's work.
MOST_AMOUNTS, AMOUNTS_PER_CENT = 50, 10

#: The ERP's id to the amounts of our record, as they stand.
Amounts = dict[str, tuple[Any, ...]]


class Guarded(CrmError):
    """The page is not taken over: a plan asks a person first."""

    code = "sync.guarded"
    http_status = 409


@dataclass(slots=True)
class Guard:
    """Over one reading of one stream; what its earlier pages came to counts."""

    connection: Connection
    receives: Inbound[Any] | Mirror[Any]
    new: int = 0
    changed: int = 0

    def before(self, work: UnitOfWork, external_ids: Sequence[str]) -> Amounts | None:
        """What is held of a page's records; None where the page is too small to matter.

        Raise Guarded when too many of them are not held at all.
        """
        if len(external_ids) + self.changed <= MOST_AMOUNTS and not self.new:
            return None
        held = _amounts(work, self.connection, self.receives, external_ids)
        new = self.new + len(set(external_ids)) - len(held)
        if new > MOST_NEW and new * 100 > (self._known(work) - self.new) * NEW_PER_CENT:
            raise Guarded(_new_words(new))
        self.new = new
        return held

    def after(self, work: UnitOfWork, before: Amounts) -> None:
        """Raise Guarded when too many of those that were held have other amounts now."""
        if not self.receives.amounts or not before:
            return
        held = _amounts(work, self.connection, self.receives, list(before))
        changed = self.changed + sum(held.get(key) != old for key, old in before.items())
        if changed > MOST_AMOUNTS and changed * 100 > self._known(work) * AMOUNTS_PER_CENT:
            raise Guarded(_changed_words(changed))
        self.changed = changed

    def _known(self, work: UnitOfWork) -> int:
        return Listing(self.connection, self.receives, 0).count_known(work)


def _amounts(
    work: UnitOfWork,
    connection: Connection,
    receives: Inbound[Any] | Mirror[Any],
    external_ids: Sequence[str],
) -> Amounts:
    """Of the records among them that are held; without amounts where their kind has none."""
    work.session.flush()
    table: Any = receives.record.__table__ if receives.record else None
    if isinstance(receives, Mirror) and not receives.binds:
        return {} if table is None else _by_source(work, connection, receives, external_ids)
    known = ConnectionBindings(work, connection).locals(receives.kind, external_ids)
    if table is None or not receives.amounts:
        return dict.fromkeys(known, ())
    columns = [table.c[name] for name in receives.amounts]
    mine: Any = receives.record
    rows = work.session.execute(
        select(table.c.id, *columns).where(among(work.session, mine.id, list(known.values())))
    )
    amounts = {row[0]: tuple(row[1:]) for row in rows}
    return {key: amounts.get(local_id, ()) for key, local_id in known.items()}


def _by_source(
    work: UnitOfWork,
    connection: Connection,
    receives: Mirror[Any],
    external_ids: Sequence[str],
) -> Amounts:
    """Of a mirror that binds nothing: its own rows name their ERP."""
    mine: Any = receives.record
    table: Table = mine.__table__
    columns = [table.c[name] for name in receives.amounts]
    rows = work.session.execute(
        select(table.c.external_id, *columns).where(
            table.c.source == literal(connection.name),
            among(work.session, mine.external_id, external_ids),
        )
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _new_words(count: int) -> str:
    return ngettext(
        "%(n)s record would be new at once, which is not usual: nothing more of this kind is read"
        " in until somebody approves the plan of it.",
        "%(n)s records would be new at once, which is not usual: nothing more of this kind is read"
        " in until somebody approves the plan of it.",
        count,
    )


def _changed_words(count: int) -> str:
    return ngettext(
        "%(n)s record would change its amounts at once, which is not usual: nothing more of this"
        " kind is read in until somebody approves the plan of it.",
        "%(n)s records would change their amounts at once, which is not usual: nothing more of this"
        " kind is read in until somebody approves the plan of it.",
        count,
    )
