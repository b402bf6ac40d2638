"""The HTTP session against a real server on this machine that misbehaves as servers do."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from core.clock import utcnow
from core.sync.errors import (
    AuthFailed,
    Conflict,
    InDoubt,
    NotFound,
    RateLimited,
    Rejected,
    SyncError,
    Unsent,
)
from core.sync.http import FrameworkSessions, JsonSession
from tests.core.sync.wire import (
    Script,
    Server,
    answer,
    cut_short,
    drip_body,
    drip_head,
    hang,
    reset,
)

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def session(server: Server) -> Iterator[JsonSession]:
    yield from _session(server.port)


def _session(port: int, **limits: float) -> Iterator[JsonSession]:
    sessions = FrameworkSessions(
        allowed=("127.0.0.1",),
        deadline_s=limits.get("deadline_s", 5),
        most_bytes=int(limits.get("most_bytes", 100_000)),
    )
    headers = {"Authorization": "Bearer geheim-4711"}
    session = JsonSession(f"http://127.0.0.1:{port}/api/", headers, limits=sessions)
    yield session
    session.close()


@pytest.fixture
def hasty(server: Server) -> Iterator[JsonSession]:
    yield from _session(server.port, deadline_s=0.4)


def write(session: JsonSession) -> object:
    return session.send("POST", "orders", body={"password": "hunter2x"})


def read(session: JsonSession) -> object:
    return session.get("orders", {"q": "ü&1"})


def test_decimals_stay_exact_in_both_directions(server: Server, session: JsonSession) -> None:
    server.script = answer(200, b'{"price": 0.10, "count": 3}')
    got = session.send("POST", "orders", body={"price": Decimal("19.90"), "large": Decimal("1E+3")})
    assert got == {"price": Decimal("0.10"), "count": 3}
    assert isinstance(got, dict)
    assert str(got["price"]) == "0.10"
    assert server.requests[0].endswith(b'{"price":19.90,"large":1000}')


def test_a_connection_is_kept_for_the_next_call(server: Server, session: JsonSession) -> None:
    for _ in range(3):
        read(session)
    assert server.connections == 1
    assert server.requests[0].startswith(b"GET /api/orders?q=%C3%BC%261 ")


def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing(
    server: Server, session: JsonSession
) -> None:
    def answer_and_leave(connection: socket.socket) -> None:
        answer(200, b"{}", "Connection: keep-alive")(connection)
        connection.close()

    server.script = answer_and_leave
    write(session)
    time.sleep(0.05)
    server.script = answer(200, b"{}")
    assert write(session) == {}


@pytest.mark.parametrize(
    ("status", "writing", "reading"),
    [
        (301, InDoubt, Unsent),
        (400, Rejected, Rejected),
        (401, AuthFailed, AuthFailed),
        (403, AuthFailed, AuthFailed),
        (404, NotFound, NotFound),
        (408, Unsent, Unsent),
        (409, Conflict, Conflict),
        (410, NotFound, NotFound),
        (412, Conflict, Conflict),
        (422, Rejected, Rejected),
        (429, RateLimited, RateLimited),
        (500, InDoubt, Unsent),
        (502, InDoubt, Unsent),
        (503, InDoubt, Unsent),
        (504, InDoubt, Unsent),
    ],
)
def test_each_status_is_the_error_the_engine_acts_on(
    server: Server, session: JsonSession, *, status: int, writing: type, reading: type
) -> None:
    server.script = answer(status, b'{"message": "no such thing"}')
    for call, kind in ((write, writing), (read, reading)):
        with pytest.raises(SyncError, match="no such thing") as caught:
            call(session)
        assert type(caught.value) is kind


@pytest.mark.parametrize(
    "script",
    [
        reset,
        cut_short,
        answer(200, b'{"id": 1'),
        answer(200, b"<html>Log in</html>", kind="text/html"),
        answer(200, b""),
        answer(200, b"NaN"),
        answer(200, b"[" * 99_000),
        answer(200, b"\xff\xfe"),
        answer(200, b"not gzip", "Content-Encoding: gzip"),
        answer(200, b'"' + b"x" * 200_000 + b'"'),
        answer(200, gzip.compress(b" " * 50_000_000), "Content-Encoding: gzip"),
        lambda connection: connection.sendall(b"SSH-2.0-nothing to see\r\n\r\n"),
    ],
    ids=[
        "reset",
        "cut short",
        "half JSON",
        "log-in page",
        "empty",
        "not a number",
        "deep",
        "not text",
        "not gzip",
        "too large",
        "gzip bomb",
        "not HTTP",
    ],
)
def test_an_unreadable_answer_leaves_a_write_in_doubt_and_a_read_undone(
    server: Server, session: JsonSession, script: Script
) -> None:
    server.script = script
    with pytest.raises(InDoubt):
        write(session)
    with pytest.raises(Unsent):
        read(session)


@pytest.mark.parametrize("script", [drip_body, drip_head, hang])
def test_the_deadline_is_for_the_whole_call(
    server: Server, hasty: JsonSession, script: Script
) -> None:
    server.script = script
    began = time.monotonic()
    with pytest.raises(InDoubt, match=r"within 0\.4 s"):
        write(hasty)
    with pytest.raises(Unsent, match=r"within 0\.4 s"):
        read(hasty)
    assert time.monotonic() - began < 2


def test_after_a_deadline_the_session_works_on(server: Server, hasty: JsonSession) -> None:
    server.script = hang
    with pytest.raises(InDoubt):
        write(hasty)
    server.script = answer(200, b"{}")
    assert write(hasty) == {}


def test_a_refused_connection_sent_nothing(server: Server) -> None:
    server.close()
    for session in _session(server.port):
        with pytest.raises(Unsent, match="can not be reached: connection refused"):
            write(session)


def test_a_failed_tls_handshake_sent_nothing(server: Server) -> None:
    server.script = answer(400, b"{}")
    sessions = FrameworkSessions(allowed=("127.0.0.1",), deadline_s=1)
    session = sessions.http(f"https://127.0.0.1:{server.port}/", headers={})
    with pytest.raises(Unsent):
        session.send("POST", "orders", body={})


def test_answers_in_gzip_are_read_though_nobody_asked(server: Server, session: JsonSession) -> None:
    server.script = answer(200, gzip.compress(b'{"id": 1}'), "Content-Encoding: gzip")
    assert read(session) == {"id": 1}


def test_no_redirect_is_followed(server: Server, session: JsonSession) -> None:
    other = Server()
    server.script = answer(307, b"", f"Location: http://127.0.0.1:{other.port}/")
    with pytest.raises(Unsent):
        read(session)
    other.close()
    assert other.requests == []


def test_a_proxy_in_the_environment_is_ignored(
    session: JsonSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read(session) == {}


@pytest.mark.parametrize(
    ("retry_after", "wait_s"),
    [
        ("7", 7),
        (None, 60),
        ("soon", 60),
        ("", 60),
        ("1.5", 60),
        ("0", 1),
        ("-5", 1),
        ("86400", 86_400),
        ("99999999999", 86_400),
        ("9" * 5000, 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
        ("Wed, 99 Oct 2015", 60),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_a_default(
    server: Server, session: JsonSession, *, retry_after: str | None, wait_s: int
) -> None:
    headers = [] if retry_after is None else [f"Retry-After: {retry_after}"]
    server.script = answer(429, b"{}", *headers)
    with pytest.raises(RateLimited) as caught:
        write(session)
    assert (caught.value.until - utcnow()).total_seconds() == pytest.approx(wait_s, abs=10)


def test_retry_after_may_be_a_date(server: Server, session: JsonSession) -> None:
    server.script = answer(429, b"{}", f"Retry-After: {format_datetime(utcnow() + HALF_AN_HOUR)}")
    with pytest.raises(RateLimited) as caught:
        write(session)
    assert (caught.value.until - utcnow()).total_seconds() == pytest.approx(1800, abs=10)


def test_a_busy_server_tells_reads_when_to_come_back(server: Server, session: JsonSession) -> None:
    server.script = answer(503, b"{}", "Retry-After: 30")
    with pytest.raises(Unsent) as caught:
        read(session)
    assert caught.value.after_s == pytest.approx(30, abs=2)


def test_messages_are_short_and_repeat_no_secret(server: Server, session: JsonSession) -> None:
    page = "<style>p{}</style><p>Bearer geheim-4711, hunter2x, token=abc123456 &amp; " + "x" * 999
    server.script = answer(400, page.encode(), kind="text/html")
    with pytest.raises(Rejected) as caught:
        write(session)
    words = str(caught.value)
    assert len(words) < 250
    assert not any(secret in words for secret in ("geheim-4711", "hunter2x", "abc123456", "<p>"))


def test_what_has_no_json_form_is_refused_before_anything_leaves(
    server: Server, session: JsonSession
) -> None:
    for body in ({"name": "\ud800"}, {"price": Decimal("NaN")}):
        with pytest.raises(Rejected):
            session.send("POST", "orders", body=body)
    assert server.requests == []
