"""Row 8: 429. Nothing is called until the ERP's own time, however it writes it; no try counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from uuid import UUID

from sqlalchemy import update

from core.alerts.models import Alert, Cause
from core.alerts.watch import look
from core.clock import utcnow
from core.sync.inline import InlineContext
from core.sync.models import Connection
from core.sync.open_sessions import open_session
from core.sync.pull.job import pull_once
from tests.chaos.erp import Answer, Saying
from tests.core.sync.outbound import ACTOR
from tests.faults.gates import gate_of, health_words, is_admitted
from tests.fixtures_chaos import Wired

DAY_S = 24 * 3600
#: What the ERP writes, and the seconds that means.
TABLE: tuple[tuple[Callable[[], str | None], int], ...] = (
    (lambda: "120", 120),
    (lambda: format_datetime(utcnow() + timedelta(minutes=30), usegmt=True), 1800),
    (lambda: format_datetime(utcnow() - timedelta(minutes=30), usegmt=True), 1),
    (lambda: "0", 1),
    (lambda: "-30", 1),
    (lambda: None, 60),
    (lambda: "in a moment", 60),
    (lambda: str(DAY_S), DAY_S),
    (lambda: "9" * 12, DAY_S),
)


def too_many(retry_after: str | None) -> Answer:
    headers = (("Retry-After", retry_after),) if retry_after is not None else ()
    return Answer(status=429, headers=headers, body=b"slow down")


def left_s(wired: Wired, connection_id: UUID) -> float:
    gate = gate_of(wired, connection_id)
    assert gate is not None
    assert gate.blocked_until is not None
    return (gate.blocked_until - utcnow()).total_seconds()


def test_fault_08_too_many_is_waited_out_in_every_form(wired: Wired) -> None:
    connection_id = wired.connect()
    for number, (retry_after, wait_s) in enumerate(TABLE):
        order = wired.place(f"SO-{number}")
        wired.erp.script = Saying(too_many(retry_after()), "order/draft")
        wired.there.push()
        left = left_s(wired, connection_id)
        assert wait_s - 45 < left <= wait_s + 1, retry_after()
        assert {row.attempts for row in wired.there.rows()} == {0}
        assert wired.trouble(order) == "sync.rate_limited"
        wired.settle()
        assert wired.done(order) == {"draft": 1, "confirm": 1}


def test_fault_08_too_many_stops_every_kind_of_call_and_is_said(wired: Wired) -> None:
    connection_id = wired.connect()
    wired.place("SO-FULL")
    wired.erp.script = Saying(too_many(str(DAY_S)), "order/draft")
    wired.there.push()
    heard = wired.erp.heard.total()
    assert not is_admitted(wired, connection_id)
    wired.there.push()
    context = InlineContext(wired.there.host, ACTOR)
    pull_once(context, connection_id)
    assert wired.erp.heard.total() == heard, "somebody called before the time"
    words = health_words(wired)
    assert "asks to wait" in words
    assert "ask whoever runs it for a higher limit" in words.lower()
    look(context, {})
    with wired.there.host.read(ACTOR) as work:
        causes = [alert.cause for alert in work.session.query(Alert)]
    assert causes == [Cause.BLOCKED]


def test_fault_08_too_many_of_a_read_stops_writes_too(wired: Wired) -> None:
    """And a 503 that names a time is as good as a 429."""
    connection_id = wired.connect()
    for status in (429, 503):
        order = wired.place(f"SO-{status}")
        wired.erp.script = Saying(Answer(status=500, done=True), "order/draft")
        wired.there.push()
        answer = Answer(status=status, headers=(("Retry-After", "600"),))
        wired.erp.script = Saying(answer, "order/find")
        wired.there.make_due()
        wired.there.push()
        assert 500 < left_s(wired, connection_id) <= 601
        assert not is_admitted(wired, connection_id)
        wired.settle()
        assert wired.done(order) == {"draft": 1, "confirm": 1}


def test_fault_08_too_many_never_happens_where_calls_are_paced(wired: Wired) -> None:
    """Three threads with sessions of their own take their turns from one row."""
    connection_id, per_second, calls = wired.connect(), 40, 20
    with wired.there.host.write(ACTOR) as work:
        work.session.execute(update(Connection).values(calls_per_second=per_second))
    with wired.there.host.read(ACTOR) as work:
        connection = work.session.get_one(Connection, connection_id)
    sessions = [open_session(wired.there.host, connection) for _ in range(3)]
    began_at, began = utcnow(), time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda one: [one.check() for _ in range(calls)], sessions))
    took_s, turns_s = time.monotonic() - began, 3 * calls / per_second
    gate = gate_of(wired, connection_id)
    assert gate is not None
    assert gate.paced_until is not None
    assert (gate.paced_until - began_at).total_seconds() >= turns_s - 0.1
    assert took_s > turns_s - 0.5, "somebody did not wait for its turn"
