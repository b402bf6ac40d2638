"""Our side of a statement: what modules hold of a kind, bound to one connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select

from core.sync.exchange import Stated
from core.sync.models import Binding, Connection, DeliveryState, InboxRow
from core.sync.reconcile.figures import Days, days_of
from core.sync.reconcile.line import Line
from core.work import UnitOfWork

#: Rows that are in memory at once, and keys in one statement.
_AT_ONCE, _SLICE = 5_000, 500

#: The labels of ``Facts``, in their order.
_FACTS = ("key", "day", "unit", "net", "total", "state", "theirs", "words")

#: By our id.
Deliveries = dict[UUID | None, tuple[DeliveryState | None, str]]


@dataclass(frozen=True)
class Ours:
    """One kind of one connection. Reads only."""

    stated: Stated[Any]
    connection: Connection

    def days(self, work: UnitOfWork, first: date, last: date) -> Days:
        """All that is dated so; of kinds without dates, all there is."""
        statement = self._select
        if self.stated.dated:
            statement = statement.where(self._day.between(first, last))
        columns = statement.selected_columns
        facts = [columns[name] for name in _FACTS]
        narrow = statement.with_only_columns(*facts, maintain_column_froms=True)
        return days_of(self._rows(work, narrow))

    def on(self, work: UnitOfWork, days: Iterable[date | None]) -> list[Line]:
        if not self.stated.dated:
            return list(self._lines(work, self._select))
        dated = [day for day in days if day is not None]
        return [
            line
            for part in _slices(dated)
            for line in self._lines(work, self._select.where(self._day.in_(part)))
        ]

    def known_as(self, work: UnitOfWork, keys: Sequence[str]) -> dict[str, Line]:
        """By the ERP's id, whatever their day."""
        return {
            line.key: line
            for part in _slices(list(keys))
            for line in self._lines(work, self._select.where(Binding.external_id.in_(part)))
        }

    def referred(self, work: UnitOfWork, references: Sequence[str]) -> dict[str, str | None]:
        """Our references among these: the ERP's id we know each by, if any."""
        found: dict[str, str | None] = {}
        for part in _slices(list(references)):
            rows = work.session.execute(
                select(Binding.reference, Binding.external_id).where(
                    Binding.connection_id == self.connection.id,
                    Binding.kind == self.stated.kind,
                    Binding.reference.in_(part),
                )
            )
            found |= {reference: external_id for reference, external_id in rows if reference}
        return found

    def deliveries(self, work: UnitOfWork, local_ids: Sequence[UUID]) -> Deliveries:
        """How far what we send has come, and the words about it."""
        found: Deliveries = {}
        for part in _slices(list(local_ids)):
            rows = work.session.execute(
                select(Binding.local_id, Binding.delivery, Binding.message).where(
                    Binding.connection_id == self.connection.id,
                    Binding.kind == self.stated.kind,
                    Binding.local_id.in_(part),
                )
            )
            found.update({local_id: (delivery, words) for local_id, delivery, words in rows})
        return found

    def arrivals(self, work: UnitOfWork, keys: Sequence[str]) -> Mapping[str, str]:
        """Why documents that came are not applied yet, in the inbox's words."""
        found: dict[str, str] = {}
        for part in _slices(list(keys)):
            rows = work.session.execute(
                select(InboxRow.external_id, InboxRow.message).where(
                    InboxRow.connection_id == self.connection.id,
                    InboxRow.kind == self.stated.kind,
                    InboxRow.external_id.in_(part),
                )
            )
            found |= dict(rows.all())
        return found

    @property
    def _day(self) -> ColumnElement[date]:
        return self.stated.lines.selected_columns["day"]

    @cached_property
    def _select(self) -> Select[*tuple[Any, ...]]:
        columns = self.stated.lines.selected_columns
        bound = columns["bound"] if "bound" in columns else columns["id"]
        key: Any = func.coalesce(Binding.external_id, "")
        found = self.stated.lines.add_columns(
            (key + "/" + columns["part"] if "part" in columns else key).label("key"),
            # What people call an order of ours is not what the ERP calls it.
            case((Binding.reference.is_not(None), Binding.number), else_=columns["number"]).label(
                "theirs"
            ),
            func.coalesce(Binding.reference, "").label("reference"),
        ).join(
            Binding,
            and_(
                Binding.local_id == bound,
                Binding.kind == (self.stated.bound_as or self.stated.kind),
                Binding.connection_id == self.connection.id,
            ),
        )
        if "source" in columns:
            found = found.where(columns["source"] == self.connection.name)
        return found

    def _lines(self, work: UnitOfWork, statement: Select[*tuple[Any, ...]]) -> Iterator[Line]:
        return map(_line, self._rows(work, statement))

    @staticmethod
    def _rows(work: UnitOfWork, statement: Select[*tuple[Any, ...]]) -> Iterator[Any]:
        """Past the session, a part at a time."""
        options = {"yield_per": _AT_ONCE}
        yield from work.session.connection().execute(statement, execution_options=options)


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    return Line(
        key=row.key,
        day=row.day,
        unit=row.unit,
        net=row.net,
        total=row.total,
        state=row.state,
        number=row.theirs,
        words=row.words,
        name=row.number or row.words.partition(" · ")[0] or f"#{row.key}",
        reference=row.reference,
        local_id=row.id,
    )


def _slices(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _SLICE):
        yield items[start : start + _SLICE]
