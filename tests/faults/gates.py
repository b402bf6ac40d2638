"""What the tests of the gate do again and again: look at it, let its time pass, ask the ERP."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from core.sync import connections
from core.sync.gate import admitted
from core.sync.inline import InlineContext
from core.sync.models import Gate
from core.sync.overview import overview
from core.sync.reopen import reopen
from tests.core.sync.outbound import ACTOR
from tests.fixtures_chaos import Wired


def beside(wired: Wired) -> UUID:
    """A second connection, to the same ERP and not by way of the proxy."""
    host = wired.there.host
    with host.write(ACTOR) as work:
        made = connections.add(
            work,
            host,
            name="beside",
            connector="chaos",
            company_id=wired.there.company,
            settings={"url": f"http://127.0.0.1:{wired.erp.port}"},
        )
    assert connections.check(host, ACTOR, made.id).ok
    return made.id


def gate_of(wired: Wired, connection_id: UUID) -> Gate | None:
    with wired.there.host.read(ACTOR) as work:
        return work.session.scalar(select(Gate).where(Gate.connection_id == connection_id))


def is_admitted(wired: Wired, connection_id: UUID) -> bool:
    with wired.there.host.read(ACTOR) as work:
        return admitted(work, connection_id) is not None


def ask(wired: Wired, connection_id: UUID) -> None:
    """The job that asks whether the ERP answers again."""
    reopen(InlineContext(wired.there.host, ACTOR), {"connection": str(connection_id)})


def health_words(wired: Wired) -> str:
    with wired.there.host.read(ACTOR) as work:
        (health,) = [one for one in overview(work) if one.connection]
        return f"{health.words} {health.advice}"
