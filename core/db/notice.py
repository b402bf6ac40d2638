"""News of work, told by PostgreSQL's NOTIFY with the commit that made the work.

A notice is a hint and nothing more: one that is lost costs the time until the next look. SQLite
has no such thing, and none is needed there: looking costs no way through a network.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

CHANNEL = "tandem"
#: What there may be news of.
JOBS, EVENTS = "jobs", "events"
_KEY = "tandem.news"


def announce(session: Session, topic: str) -> None:
    """Have listeners told when this session commits: once, however often it is said."""
    session.info.setdefault(_KEY, set()).add(topic)


def tell(session: Session) -> None:
    """The last statement of the transaction: what is announced waits for others that commit."""
    topics = sorted(session.info.pop(_KEY, ()))
    if topics and session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.execute(select(*(func.pg_notify(CHANNEL, topic) for topic in topics)))
