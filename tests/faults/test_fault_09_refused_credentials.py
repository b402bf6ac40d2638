"""Row 9: 401 and 403 in the middle of a run. One silent login anew, then a person has to act."""

from __future__ import annotations

import pytest

from core.sync import connections
from core.sync.models import Connection, ConnectionState
from tests.chaos.erp import Answer, Saying
from tests.core.sync.outbound import ACTOR
from tests.fixtures_chaos import Wired


def state_of(wired: Wired) -> ConnectionState:
    with wired.there.host.read(ACTOR) as work:
        (connection,) = connections.connections(work)
        return connection.state


@pytest.mark.parametrize("path", ["order/draft", "order/confirm"])
def test_fault_09_refused_once_is_an_expired_session_and_nobody_notices(
    wired: Wired, path: str
) -> None:
    wired.connect()
    order = wired.place("SO-EXPIRED")
    wired.erp.script = Saying(Answer(status=401, body=b"session expired"), path)
    wired.there.push()
    assert state_of(wired) is ConnectionState.LIVE
    assert wired.there.state(order) == "confirmed"
    assert wired.done(order) == {"draft": 1, "confirm": 1}
    assert {row.attempts for row in wired.there.rows()} == {0}


@pytest.mark.parametrize("status", [401, 403])
def test_fault_09_refused_again_stops_the_connection_and_resumes_where_it_was(
    wired: Wired, status: int
) -> None:
    connection_id = wired.connect()
    order, later = wired.place("SO-LOCKED"), wired.place("SO-AFTER")
    wired.erp.script = Saying(Answer(status=status), "order/confirm", times=None)
    before = wired.erp.heard["order/confirm"]
    wired.there.push()
    assert state_of(wired) is ConnectionState.NEEDS_CREDENTIALS
    assert wired.erp.heard["order/confirm"] - before == 2, "the first, and one after a new login"
    heard = wired.erp.heard.total()
    wired.there.make_due()
    wired.there.push()
    assert wired.erp.heard.total() == heard, "nothing may be called until a person acts"
    assert {row.attempts for row in wired.there.rows()} == {0}
    wired.erp.script = Saying(Answer(), "none")
    assert connections.resume(wired.there.host, ACTOR, connection_id).ok
    wired.there.push()
    for one in (order, later):
        assert wired.there.state(one) == "confirmed"
        assert wired.done(one) == {"draft": 1, "confirm": 1}


def test_fault_09_refused_token_is_asked_for_and_the_new_one_works(wired: Wired) -> None:
    connection_id = wired.connect()
    order = wired.place("SO-TOKEN")
    wired.erp.token = "another"
    wired.there.push()
    assert state_of(wired) is ConnectionState.NEEDS_CREDENTIALS
    assert not connections.resume(wired.there.host, ACTOR, connection_id).ok
    host = wired.there.host
    with host.write(ACTOR) as work:
        settings = dict(work.session.get_one(Connection, connection_id).settings)
        connections.configure(work, host, connection_id, {**settings, "token": "another"})
    assert connections.check(host, ACTOR, connection_id).ok
    wired.there.push()
    assert wired.there.state(order) == "confirmed"
    assert wired.done(order) == {"draft": 1, "confirm": 1}
