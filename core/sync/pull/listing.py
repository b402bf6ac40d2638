"""What sweeps noted: which versions were compared, what was missing, what is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, update

from core.clock import utcnow
from core.db.bulk import Upsert
from core.sync.exchange import Inbound, Mirror
from core.sync.models import Binding, Connection, InboxRow, InboxState, Listed
from core.sync.values import Ref
from core.work import UnitOfWork

_LISTED = Upsert(Listed.__table__, key=("connection_id", "kind", "external_id"))  # type: ignore[arg-type]  # a mapped class's table is a Table
#: Rows per statement: below what either database takes as parameters.
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Listing:
    """Of one kind of one connection, in one sweep: ``round``."""

    connection: Connection
    receives: Inbound[Any] | Mirror[Any]
    round: int

    def differing(self, work: UnitOfWork, refs: Sequence[Ref]) -> list[Ref]:
        """Those whose version we have not applied; a listing without versions tells nothing."""
        versions = self._versions(work, [ref.id for ref in refs])
        return [ref for ref in refs if ref.version not in versions.get(ref.id, set()) - {None}]

    def note_listed(self, work: UnitOfWork, refs: Iterable[Ref]) -> None:
        rows = [
            {"external_id": ref_id, "version": version}
            for ref_id, version in {ref.id: ref.version for ref in refs}.items()
        ]
        self._put(work, rows, round=self.round, missed_in=None, gone_at=None)

    def missed(self, work: UnitOfWork, after: str, limit: int) -> list[str]:
        """Ids after ``after`` that we know and this sweep was not shown; not those gone before."""
        known = self._known()
        if known is None:
            return []
        ids = known.subquery()
        met = exists().where(
            *self._mine(),
            Listed.external_id == ids.c.external_id,
            or_(Listed.round == self.round, Listed.gone_at.is_not(None)),
        )
        beyond = select(ids.c.external_id).where(ids.c.external_id > after, ~met)
        return list(work.session.scalars(beyond.order_by(ids.c.external_id).limit(limit)))

    def note_missed(self, work: UnitOfWork, external_ids: Sequence[str]) -> None:
        """In this sweep for the first time, or for the first time since they were last listed."""
        noted = set(self._versions_of(work, external_ids))
        work.session.execute(
            update(Listed)
            .where(*self._mine(), Listed.external_id.in_(noted), Listed.missed_in.is_(None))
            .values(missed_in=self.round)
        )
        rows = [{"external_id": key} for key in external_ids if key not in noted]
        self._put(work, rows, version=None, round=0, missed_in=self.round, gone_at=None)

    def absent(self, work: UnitOfWork, after: str, limit: int) -> list[str]:
        """Ids that this sweep missed, and an earlier one before it."""
        found = select(Listed.external_id).where(*self._absent(), Listed.external_id > after)
        return list(work.session.scalars(found.order_by(Listed.external_id).limit(limit)))

    def count_absent(self, work: UnitOfWork) -> int:
        return work.session.scalar(select(func.count()).where(*self._absent())) or 0

    def count_known(self, work: UnitOfWork) -> int:
        known = self._known()
        if known is None:
            return 0
        return work.session.scalar(select(func.count()).select_from(known.subquery())) or 0

    def note_found(self, work: UnitOfWork, external_ids: Sequence[str]) -> None:
        """There after all, though it was not listed."""
        self._set(work, external_ids, missed_in=None, version=None)

    def note_gone(self, work: UnitOfWork, external_ids: Sequence[str]) -> None:
        """Should one come back, whatever it brings is news."""
        self._set(work, external_ids, gone_at=utcnow(), version=None)
        work.session.execute(
            update(InboxRow)
            .where(
                InboxRow.connection_id == self.connection.id,
                InboxRow.kind == self.receives.kind,
                InboxRow.external_id.in_(external_ids),
            )
            .values(hash=None, applied_hash=None, applied_version=None)
            .execution_options(synchronize_session=False)
        )

    def _versions(self, work: UnitOfWork, ids: Sequence[str]) -> dict[str, set[str | None]]:
        found = {key: {version} for key, version in self._versions_of(work, ids).items()}
        if isinstance(self.receives, Inbound):
            applied = select(InboxRow.external_id, InboxRow.applied_version).where(
                InboxRow.connection_id == self.connection.id,
                InboxRow.kind == self.receives.kind,
                InboxRow.state == InboxState.APPLIED,
            )
            for part in _slices(ids):
                rows = work.session.execute(applied.where(InboxRow.external_id.in_(part)))
                for key, version in rows:
                    found.setdefault(key, set()).add(version)
        return found

    def _versions_of(self, work: UnitOfWork, ids: Sequence[str]) -> Mapping[str, str | None]:
        mine = select(Listed.external_id, Listed.version).where(*self._mine())
        found: dict[str, str | None] = {}
        for part in _slices(ids):
            found.update(dict(work.session.execute(mine.where(Listed.external_id.in_(part))).all()))
        return found

    def _known(self) -> Select[Any] | None:
        """The ids we know, by the bindings, or by the mirror's own rows where it binds nothing."""
        if isinstance(self.receives, Inbound) or self.receives.binds:
            return select(Binding.external_id).where(
                Binding.connection_id == self.connection.id,
                Binding.kind == self.receives.kind,
                Binding.external_id.is_not(None),
            )
        if self.receives.record is None:
            return None
        table = self.receives.record.__table__
        return select(table.c.external_id).where(
            table.c.source == literal(self.connection.name), table.c.external_id.is_not(None)
        )

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return Listed.connection_id == self.connection.id, Listed.kind == self.receives.kind

    def _absent(self) -> tuple[ColumnElement[bool], ...]:
        return (*self._mine(), Listed.missed_in < self.round, Listed.gone_at.is_(None))

    def _put(self, work: UnitOfWork, rows: Sequence[Mapping[str, Any]], **same: Any) -> None:
        mine = {"connection_id": self.connection.id, "kind": self.receives.kind}
        _LISTED.run(work.session, rows, same={**mine, **same})

    def _set(self, work: UnitOfWork, external_ids: Sequence[str], **values: Any) -> None:
        for part in _slices(external_ids):
            work.session.execute(
                update(Listed)
                .where(*self._mine(), Listed.external_id.in_(part))
                .values(**values)
                .execution_options(synchronize_session=False)
            )


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _SLICE] for start in range(0, len(ids), _SLICE))
