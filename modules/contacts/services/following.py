"""Records that point at a party follow it when it is merged, and go back when it is taken apart.

A module subscribes with ``on``, names its columns, and is done:

    def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
        follow(work, event, COLUMNS)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, Uuid, insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute

from core.work import UnitOfWork
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.models import MergeMove, Party

#: Columns with the id of a party: ``(Order.customer_id, Lead.party_id)``.
Columns = Sequence[InstrumentedAttribute[Any]]

_MERGED = "contacts.merged"


def follow(work: UnitOfWork, event: PartyMerged, columns: Columns) -> None:
    """Point the records at the kept party, and remember which ones."""
    for column in columns:
        table = _table(column)
        move_records(
            work,
            event,
            column,
            select(table.c.id).where(table.c[column.key] == event.merged_id),
        )


def move_records(
    work: UnitOfWork, event: PartyMerged, column: InstrumentedAttribute[Any], ids: Any
) -> None:
    """The records of ``ids``, a SELECT of their keys, in two statements for any number of them."""
    table, place = _table(column), _place(column)
    work.session.flush()
    marked = select(literal(event.merge_id, Uuid()), literal(place), ids.subquery().c.id)
    work.session.execute(
        insert(MergeMove).from_select(["merge_id", "place", "record_id"], marked),
    )
    change = update(table).where(table.c.id.in_(_moved(event.merge_id, place)))
    work.session.execute(change.values({column.key: event.kept_id}))
    _read_again(work, column)


def go_back(work: UnitOfWork, event: PartyUnmerged, columns: Columns) -> None:
    """Point those records at the party they came from, unless somebody gave them to another."""
    heirs = _heirs(work, event.kept_id)
    work.session.flush()
    for column in columns:
        table = _table(column)
        mine = table.c.id.in_(_moved(event.merge_id, _place(column)))
        change = update(table).where(mine, table.c[column.key].in_(heirs))
        work.session.execute(change.values({column.key: event.merged_id}))
        _read_again(work, column)


def standing(work: UnitOfWork, party_id: UUID) -> UUID:
    """Who a party is now: itself, or the one it was merged into.

    For what arrives of an ERP that still has both. All merges are read once per unit of work.
    """
    info = work.session.info
    if _MERGED not in info:
        rows = select(Party.id, Party.merged_into_id).where(Party.merged_into_id.is_not(None))
        info[_MERGED] = {row[0]: row[1] for row in work.session.execute(rows)}
    merged: dict[UUID, UUID] = info[_MERGED]
    while party_id in merged:
        party_id = merged[party_id]
    return party_id


def forget_standing(work: UnitOfWork) -> None:
    """Merges changed in this unit of work."""
    work.session.info.pop(_MERGED, None)


def _read_again(work: UnitOfWork, column: InstrumentedAttribute[Any]) -> None:
    """The statement went past the records the session holds."""
    for record in work.session:
        if isinstance(record, column.parent.class_):
            work.session.expire(record, [column.key])


def _heirs(work: UnitOfWork, kept_id: UUID) -> list[UUID]:
    """The kept party, and whoever it was merged into since: its records are there."""
    heirs = [kept_id]
    while (heir := work.session.scalar(_into(heirs[-1]))) is not None:
        heirs.append(heir)
    return heirs


def _into(party_id: UUID) -> Any:
    return select(Party.merged_into_id).where(Party.id == party_id)


def _moved(merge_id: UUID, place: str) -> Any:
    return select(MergeMove.record_id).where(
        MergeMove.merge_id == merge_id, MergeMove.place == place
    )


def _table(column: InstrumentedAttribute[Any]) -> Table:
    table: Table = column.property.columns[0].table
    return table


def _place(column: InstrumentedAttribute[Any]) -> str:
    return f"{_table(column).name}.{column.key}"
