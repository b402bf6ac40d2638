"""Records as a plan shows them: what they are called, and their amounts, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select

from core.codec import to_plain
from core.db.types import Exact
from core.sync.bindings import ConnectionBindings
from core.sync.exchange import Inbound, Mirror
from core.sync.models import PlanAction
from core.work import UnitOfWork

Row = Mapping[str, Any]

#: Columns that say when and by whom a row was written, not what the record is.
_BOOKKEEPING = frozenset(
    {"id", "company_id", "version", "created_at", "updated_at", "observed_at", "source"}
)
#: What people call a record, the most telling part first.
_NAMES = ("number", "sku", "name")
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """What would become of one record. ``before`` and ``after`` hold what of them differs."""

    external_id: str
    action: PlanAction
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def read_facts(
    receives: Inbound[Any] | Mirror[Any],
    bindings: ConnectionBindings,
    external_ids: Sequence[str],
) -> dict[str, Row]:
    """The rows of these records as they are in this transaction, by the ERP's id.

    Empty rows where the module names no table: then only what is new is told from what is not.
    """
    binds = isinstance(receives, Inbound) or receives.binds
    known = bindings.locals(receives.kind, external_ids) if binds else {}
    if receives.record is None:
        return {key: {} for key in known}
    table: Any = receives.record.__table__
    if binds:
        ids = {local: key for key, local in known.items()}
        rows = _rows(bindings.work, table, "id", list(ids))
        return {ids[row["id"]]: row for row in rows}
    rows = _rows(bindings.work, table, "external_id", list(external_ids))
    return {row["external_id"]: row for row in rows if row["source"] == bindings.connection_name}


def effect_of(
    receives: Inbound[Any] | Mirror[Any], external_id: str, before: Row | None, after: Row | None
) -> Effect:
    """``after`` None: deleted; both alike: nothing happens."""
    action = _action(before, after)
    table: Any = receives.record.__table__ if receives.record else None
    old, new = _shown(table, before), _shown(table, after)
    if action is PlanAction.CHANGE and old and new:
        differing = [name for name in new if old[name] != new[name]]
        old = {name: old[name] for name in differing}
        new = {name: new[name] for name in differing}
    name = _name(after or before or {}) or external_id
    return Effect(external_id, action, name, old, new)


def _action(before: Row | None, after: Row | None) -> PlanAction:
    if before is None:
        return PlanAction.CREATE
    if after is None:
        return PlanAction.DELETE
    names = before.keys() - _BOOKKEEPING
    same = all(before[name] == after[name] for name in names)
    return PlanAction.SAME if same else PlanAction.CHANGE


def _shown(table: Table | None, row: Row | None) -> dict[str, Any] | None:
    if table is None or not row:
        return None
    amounts = (column.name for column in table.columns if isinstance(column.type, Exact))
    wanted = (*(name for name in _NAMES if name in row), *amounts)
    return {name: to_plain(row[name]) for name in wanted}


def _name(row: Row) -> str:
    return " ".join(str(row[name]) for name in _NAMES if row.get(name))


def _rows(work: UnitOfWork, table: Table, key: str, values: Sequence[Any]) -> list[Row]:
    work.session.flush()
    found: list[Row] = []
    for start in range(0, len(values), _SLICE):
        part = values[start : start + _SLICE]
        rows = work.session.execute(select(table).where(table.c[key].in_(part)))
        found += [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name
    return found
