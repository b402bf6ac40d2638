"""Raise and clear: whoever sees trouble says so as often as it sees it; it is told once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from core.alerts.models import Alert, Cause, Occasion
from core.alerts.notices import tell
from core.clock import utcnow
from core.db.upsert import insert_into
from core.ids import new_id
from core.masking import masked
from core.sync.models import Connection
from core.work import UnitOfWork

#: Trouble that is back within this time never ended: nobody gets two mails about it.
QUIET = timedelta(minutes=5)
#: From one message to the next while it holds.
REMINDED_AFTER = timedelta(days=1)


def raise_alert(
    work: UnitOfWork,
    cause: Cause,
    connection: Connection,
    *,
    words: str,
    path: str = "",
    about: str = "",
) -> UUID:
    """Say that it holds; answers the alert's id. Recipients are told when it begins.

    ``words`` is a sentence for people; ``path`` is where it is mended, like ``/sync/stopped``.
    ``about`` tells several alerts of one cause and connection apart, like a kind and a period.
    """
    new, owner = new_id(), {"connection_id": connection.id, "company_id": connection.company_id}
    row = {"id": new, "cause": cause, "subject": _subject(connection, about), **owner}
    insert = insert_into(Alert, work.session).values(**row, words=masked(words), path=path)
    said = {"words": insert.excluded.words, "path": insert.excluded.path, "quiet_since": None}
    kept: UUID = work.session.execute(
        insert.on_conflict_do_update(
            index_elements=["cause", "subject"], index_where=Alert.ended_at.is_(None), set_=said
        ).returning(Alert.id)
    ).scalar_one()
    if kept == new:
        tell(work, kept, Occasion.BEGAN)
    return kept


def clear_alert(work: UnitOfWork, cause: Cause, connection: Connection, *, about: str = "") -> None:
    """Say that it no longer holds. It ends, and that is told, if it stays so for a while."""
    work.session.execute(
        update(Alert)
        .where(
            Alert.cause == cause,
            Alert.subject == _subject(connection, about),
            Alert.ended_at.is_(None),
            Alert.quiet_since.is_(None),
        )
        .values(quiet_since=utcnow())
    )


def _subject(connection: Connection, about: str) -> str:
    return f"{connection.id}:{about}" if about else str(connection.id)


def end_quiet(work: UnitOfWork) -> None:
    """End what has been quiet for long enough, and remind of what holds since long ago."""
    now = utcnow()
    alive = select(Alert).where(Alert.ended_at.is_(None)).with_for_update(skip_locked=True)
    for alert in work.session.scalars(alive.where(Alert.quiet_since < now - QUIET)):
        alert.ended_at = now
        tell(work, alert.id, Occasion.ENDED)
    held = alive.where(Alert.quiet_since.is_(None), Alert.told_at < now - REMINDED_AFTER)
    for alert in work.session.scalars(held):
        alert.told_at = now
        tell(work, alert.id, Occasion.REMINDER)
