"""What goes on all the time: the mark grows, and every ERP is looked at for lost records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.installation.recognise import recognise
from core.installation.rewound import look_back, take_stock
from core.jobs.job import CatchUp, Job, JobContext
from core.jobs.queue import enqueue
from core.sync.models import Connection, ConnectionState
from core.sync.wake import SYNC

LOOK_BACK, TAKE_STOCK = "core.installation.look_back", "core.installation.take_stock"
EVERY_S = 60.0


def tick(context: JobContext, _args: Mapping[str, Any]) -> None:
    """A database may be put back under workers that go on: a tick asks what each start asks."""
    recognise(context.host)
    with context.write() as work:
        live = select(Connection.id).where(Connection.state == ConnectionState.LIVE)
        for connection_id in work.session.scalars(live.order_by(Connection.id)):
            args = {"connection": str(connection_id)}
            enqueue(work, LOOK_BACK, args, key=f"{LOOK_BACK}:{connection_id}")


JOBS = (
    Job(
        name="core.installation.tick",
        run=tick,
        every_s=EVERY_S,
        catch_up=CatchUp.SKIP,
        keep_done=False,
    ),
    Job(name=LOOK_BACK, run=look_back, keep_done=False, queue=SYNC, lane="connection"),
    Job(name=TAKE_STOCK, run=take_stock, queue=SYNC, lane="connection"),
)
