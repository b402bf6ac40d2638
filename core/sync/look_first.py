"""A mark on records that an earlier state of this database may have sent already."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.clock import utcnow
from core.ids import new_id
from core.sync.models import Attempt, AttemptItem, AttemptOutcome
from core.work import UnitOfWork

#: The verb of an attempt nobody here made: an earlier state of this database may have.
_BEFORE = "before"


def look_first(
    work: UnitOfWork, connection_id: UUID, kind: str, rows: Sequence[tuple[UUID, UUID]]
) -> None:
    """Have them looked for before they are sent; ``rows`` are a binding and its last outbox row.

    The mark is that of a request whose end nobody saw.
    """
    attempt_id = new_id()
    work.session.add(
        Attempt(
            id=attempt_id,
            connection_id=connection_id,
            kind=kind,
            verb=_BEFORE,
            run_id=attempt_id,
            ended_at=utcnow(),
        )
    )
    work.session.flush()
    work.session.add_all(
        AttemptItem(
            attempt_id=attempt_id,
            binding_id=binding_id,
            outbox_id=outbox_id,
            outcome=AttemptOutcome.IN_DOUBT,
            message="The database was put back, or is a copy.",
        )
        for binding_id, outbox_id in rows
    )
