"""Open conflicts for people: the list, those of one record, and what a choice comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, String, and_, func, select, type_coerce

from core.api.listing import Listing
from core.companies import visible
from core.sync.merge.conflicts import WHOLE
from core.sync.merge.shared import Shared
from core.sync.models import Agreed, Binding, Cause, Conflict, ConflictState, Connection
from core.work import UnitOfWork

#: Of one record: more are read on the page of conflicts.
_MOST = 50
_MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConflict:
    """As people read it. ``field`` is '' where the whole record is at stake."""

    id: UUID
    field: str
    title: str
    connection: str
    cause: Cause
    ours: str
    theirs: str
    ours_by: str
    ours_at: datetime | None
    observed_at: datetime

    @property
    def head(self) -> str:
        """The field's name without that of its entry."""
        return self.field.partition(".")[0]


#: The open ones; how the others ended is in the history.
CONFLICTS = Listing(
    name="sync-conflicts",
    statement=select(
        Conflict.id,
        Conflict.company_id,
        Conflict.field,
        type_coerce(Conflict.cause, String).label("cause"),
        Conflict.ours,
        Conflict.theirs,
        Conflict.agreed,
        Conflict.ours_by,
        Conflict.ours_at,
        Conflict.observed_at,
        Conflict.opened_at,
        Binding.kind,
        Binding.local_id,
        Binding.external_id,
        Binding.reference,
        # The ERP's word for it; what was never read back has but our reference.
        func.coalesce(Agreed.theirs["name"].as_string(), Binding.number, Binding.reference).label(
            "name"
        ),
        Binding.connection_id,
        Connection.name.label("connection"),
    )
    .join(Binding, Binding.id == Conflict.binding_id)
    .join(Connection, Connection.id == Binding.connection_id)
    .outerjoin(
        Agreed,
        and_(
            Agreed.connection_id == Binding.connection_id,
            Agreed.kind == Binding.kind,
            Agreed.local_id == Binding.local_id,
        ),
    )
    .where(Conflict.state == ConflictState.OPEN),
    sorts={"opened_at": Conflict.opened_at, "observed_at": Conflict.observed_at},
    default="-opened_at",
    filters={
        "cause": Conflict.cause,
        "field": Conflict.field,
        "kind": Binding.kind,
        "connection_id": Binding.connection_id,
        "local_id": Binding.local_id,
    },
)


def conflicts_of(work: UnitOfWork, shared: Shared[Any], local_id: UUID) -> Sequence[OpenConflict]:
    """Those of one record, oldest first."""
    found = CONFLICTS.statement.where(
        Binding.kind == shared.kind,
        Binding.local_id == local_id,
    )
    rows = work.session.execute(visible(work, found).order_by(Conflict.id).limit(_MOST))
    return [_open(shared, row) for row in rows]


def _open(shared: Shared[Any], row: Any) -> OpenConflict:
    return OpenConflict(
        id=row.id,
        field=row.field,
        title=shared.field(row.field).title if row.field != WHOLE else "",
        connection=row.connection,
        cause=Cause(row.cause),
        ours=shared.words(row.field, row.ours),
        theirs=shared.words(row.field, row.theirs),
        ours_by=row.ours_by,
        ours_at=row.ours_at,
        observed_at=row.observed_at,
    )


def number_open(work: UnitOfWork) -> ScalarSelect[int]:
    """How many are open, up to ``_MOST_COUNTED``: a column of a question that asks more."""
    mine = visible(work, select(Conflict.id, Conflict.company_id))
    few = mine.where(Conflict.state == ConflictState.OPEN).limit(_MOST_COUNTED)
    return select(func.count()).select_from(few.subquery()).scalar_subquery()
