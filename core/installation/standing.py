"""How this installation stands: what holds it, and whether it is a copy."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from core.companies import visible
from core.registry.models import Installation
from core.sync.models import Connection
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    held: str
    pushes: bool
    #: Connections whose ERP was put back: id, name and why.
    put_back: tuple[tuple[UUID, str, str], ...] = ()

    @property
    def may_be_copy(self) -> bool:
        """It is one, or nobody has said yet that it is none."""
        return bool(self.held) or not self.pushes


def standing(work: UnitOfWork) -> Standing:
    installation = work.session.execute(select(Installation.held, Installation.pushes)).one()
    apart = select(Connection.id, Connection.name, Connection.held, Connection.company_id).where(
        Connection.held.not_in(["", installation.held])
    )
    rows = work.session.execute(visible(work, apart).order_by(Connection.name))
    return Standing(
        held=installation.held,
        pushes=installation.pushes,
        put_back=tuple((row.id, row.name, row.held) for row in rows),
    )
