"""Tell the workers that there is something to send."""

from __future__ import annotations

from uuid import UUID

from core.jobs.queue import enqueue
from core.work import UnitOfWork

#: The job of ``core/sync/push.py``; one run at a time per connection and kind.
PUSH = "core.sync.push"
#: The queue of jobs that call ERPs: ``tandem worker --queues``.
SYNC = "sync"


def wake_push(work: UnitOfWork, connection_id: UUID, kind: str) -> None:
    """Have a push run follow this transaction; a run that already waits is enough for many.

    Call it late in the transaction: others that send this kind there wait until it ends.
    """
    route = f"{PUSH}:{connection_id}:{kind}"
    args = {"connection": str(connection_id), "kind": kind}
    enqueue(work, PUSH, args, key=route, partition=route)
