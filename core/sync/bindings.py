"""Our ids and the ERP's, for one connection: what a module's ``erp.py`` translates with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from core.clock import utcnow
from core.db.among import among
from core.db.upsert import insert_into
from core.ids import new_id
from core.sync.exchange import Waits
from core.sync.models import Binding, Connection
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ConnectionBindings:
    """``Bindings`` of one connection in one unit of work; what was looked up is remembered."""

    work: UnitOfWork
    connection: Connection
    in_hand: frozenset[UUID] = frozenset()
    _known: dict[tuple[str, UUID], str] = field(default_factory=dict)
    _bound: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @property
    def connection_id(self) -> UUID:
        return self.connection.id

    @property
    def connection_name(self) -> str:
        return self.connection.name

    @property
    def company_id(self) -> UUID:
        return self.connection.company_id

    @property
    def erp_company(self) -> str:
        return str(self.connection.settings.get("company", ""))

    def external(self, kind: str, local_id: UUID) -> str:
        found = self.externals(kind, [local_id]).get(local_id)
        if found is None:
            noun = kind.rpartition(".")[2].replace("_", " ")
            raise Waits(f"The ERP does not know this {noun} yet.", kind=kind, local_id=local_id)
        return found

    def externals(self, kind: str, local_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        asked = list(dict.fromkeys(local_ids))
        unknown = [local_id for local_id in asked if (kind, local_id) not in self._known]
        if unknown:
            rows = self._read(
                select(Binding.local_id, Binding.external_id).where(
                    Binding.connection_id == self.connection.id,
                    Binding.kind == kind,
                    among(self.work.session, Binding.local_id, unknown),
                    Binding.external_id.is_not(None),
                )
            )
            self._known.update({(kind, one): external for one, external in rows if external})
        return {one: self._known[kind, one] for one in asked if (kind, one) in self._known}

    def local(self, kind: str, external_id: str) -> UUID | None:
        return self.locals(kind, [external_id]).get(external_id)

    def locals(self, kind: str, external_ids: Sequence[str]) -> Mapping[str, UUID]:
        asked = list(dict.fromkeys(external_ids))
        unknown = [external_id for external_id in asked if (kind, external_id) not in self._bound]
        if unknown:
            rows = self._read(
                select(Binding.external_id, Binding.local_id).where(
                    Binding.connection_id == self.connection.id,
                    Binding.kind == kind,
                    among(self.work.session, Binding.external_id, unknown),
                )
            )
            self._bound.update({(kind, external): local for external, local in rows if external})
        return {one: self._bound[kind, one] for one in asked if (kind, one) in self._bound}

    def bind(self, kind: str, pairs: Mapping[str, UUID]) -> None:
        """Those that stand already cost a look-up and no statement: nearly all of most pages."""
        known = self.locals(kind, list(pairs))
        rows = [
            self._row(kind, external_id, local_id)
            for external_id, local_id in pairs.items()
            if external_id not in known
        ]
        if rows:
            # Rows apart from the statement, which is then compiled once and not for every page.
            insert = insert_into(Binding, self.work.session).on_conflict_do_nothing()
            self.work.session.connection().execute(insert, rows)

    def _read(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Past the session, which would look for records among the columns: half of the effort."""
        self.work.session.flush()
        return self.work.session.connection().execute(statement).all()

    def _row(self, kind: str, external_id: str, local_id: UUID) -> dict[str, Any]:
        return {
            "id": new_id(),
            "connection_id": self.connection.id,
            "company_id": self.connection.company_id,
            "kind": kind,
            "local_id": local_id,
            "external_id": external_id,
            "message": "",
            "created_at": utcnow(),
            "updated_at": utcnow(),
        }
