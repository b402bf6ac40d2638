"""The SOAP session against servers and descriptions that mean harm, and what it is for."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from decimal import Decimal

import psutil
import pytest
from lxml import etree

from core.sync.errors import (
    AuthFailed,
    InDoubt,
    NotFound,
    RateLimited,
    Rejected,
    SyncError,
    Unsent,
)
from core.sync.http import FrameworkSessions
from core.sync.sessions import SoapService, SoapSession
from tests.core.sync.soap.hostile import Hostile, Script, answering, hostile, pouring
from tests.core.sync.soap.notes import GOOD, MEGABYTE, NOTE, WSDL, bomb, envelope, fault, keep


@pytest.fixture
def session(server: Hostile, sessions: FrameworkSessions) -> SoapSession:
    service = SoapService(folder=WSDL.parent, wsdl=WSDL.name)
    return sessions.soap(server.url, service, secrets=("geheim-4711",))


def test_values_arrive_exactly_in_both_directions(server: Hostile, session: SoapSession) -> None:
    server.script = answering(GOOD)
    assert keep(session) == {"id": "7", "weight": Decimal("0.1")}
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert b'SOAPAction: "urn:echo#keep"' in head
    note = etree.fromstring(body).find(".//note")
    assert note.findtext("weight") == "12345678901.5"
    assert [line.text for line in note.find("lines")] == ["a", "b"]


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ({"lines": ["a", "b"]}, "takes named values, not list"),
        ({"lines": {"line": "a"}}, "takes a list"),
        ({"lines": {"lin": ["a"]}}, "has no lin"),
        ({"text": {"a": "b"}}, "takes one value"),
        ({"colour": "red"}, "has no colour"),
        ({"text": "bell \x07"}, "can not be written as XML"),
        ({"text": "nothing \x00"}, "can not be written as XML"),
        ({"text": "half \ud800"}, "can not be written as XML"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_leaves(
    server: Hostile, session: SoapSession, *, note: dict[str, object], words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        keep(session, {**NOTE, **note})
    with pytest.raises(Rejected, match="keep needs note"):
        session.call("keep", {"password": "x"})
    with pytest.raises(Rejected, match="no operation burn"):
        session.call("burn", {})
    assert server.requests == []


@pytest.mark.parametrize(
    ("script", "writing", "reading"),
    [
        (answering(b"", status=500), InDoubt, Unsent),
        (answering(b"<html>broken</html>", status=503, kind="text/html"), InDoubt, Unsent),
        (answering(fault("Server", "database"), status=500), InDoubt, Unsent),
        (answering(fault("Server", "database")), InDoubt, Unsent),
        (answering(fault("Client", "no such element"), status=500), Rejected, Rejected),
        (answering(fault("Client.Method", "no")), Rejected, Rejected),
        (answering(b"", status=401), AuthFailed, AuthFailed),
        (answering(b"", status=404), NotFound, NotFound),
        (answering(b"", "Retry-After: 7", status=429), RateLimited, RateLimited),
        (answering(b"", "Location: http://127.0.0.1/", status=307), InDoubt, Unsent),
    ],
)
def test_statuses_and_faults_are_sorted_by_what_to_do_next(
    server: Hostile,
    session: SoapSession,
    *,
    script: Script,
    writing: type[SyncError],
    reading: type[SyncError],
) -> None:
    server.script = script
    with pytest.raises(writing) as caught:
        keep(session)
    assert type(caught.value) is writing
    with pytest.raises(reading):
        keep(session, writes=False)


def typed(doctype: str, value: str = "&l9;") -> bytes:
    body = GOOD.decode().replace("<id>7", f"<id>{value}")
    return body.replace("?>", f"?>{doctype}", 1).encode()


QUADRATIC = f'<!DOCTYPE e [<!ENTITY l9 "{"x" * 100_000}">]>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(typed(bomb(10)), "document type|not XML", id="billion laughs"),
        pytest.param(typed(QUADRATIC, "&l9;" * 1000), "document type|not XML", id="quadratic"),
        pytest.param(
            typed('<!DOCTYPE e [<!ENTITY l9 SYSTEM "http://127.0.0.1:{port}/x">]>'),
            "document type",
            id="external entity",
        ),
        pytest.param(
            typed('<!DOCTYPE e [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'),
            "document type",
            id="file entity",
        ),
        pytest.param(
            typed('<!DOCTYPE e SYSTEM "http://127.0.0.1:{port}/x.dtd">', "7"),
            "document type",
            id="external DTD",
        ),
        pytest.param(
            typed('<!DOCTYPE e [<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/p"> %p;]>', "7"),
            "document type",
            id="parameter entity",
        ),
        pytest.param(GOOD[:-30], "cut off or is not XML", id="truncated"),
        pytest.param(GOOD.replace(b"7<", b"<" + b"<a>" * 400, 1), "not XML", id="unclosed"),
        pytest.param(
            GOOD.replace(b">7<", b">" + b"<a>" * 400 + b"</a>" * 400 + b"<", 1),
            "not XML",
            id="depth",
        ),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"   \n", "is empty", id="blank"),
        pytest.param(b"Dolibarr has detected an error.<br>", r"is not XML \(Dolibarr", id="page"),
        pytest.param(b"<html><body>no</body></html>", "not a SOAP", id="html"),
        pytest.param(envelope(""), "no SOAP body", id="empty envelope"),
        pytest.param(
            envelope('<r href="#a"/><m id="a"><b href="#a"/></m>'), "refers", id="references"
        ),
        pytest.param(GOOD.replace(b"UTF-8", b"utf-99"), "not XML", id="encoding"),
    ],
)
def test_an_answer_that_may_not_be_read_is_refused_and_nothing_is_fetched(
    server: Hostile, session: SoapSession, *, body: bytes, words: str
) -> None:
    with hostile() as other:
        server.script = answering(body.replace(b"{port}", str(other.port).encode()), status=202)
        with pytest.raises(InDoubt, match=words):
            keep(session)
        with pytest.raises(Unsent, match=words):
            keep(session, writes=False)
        assert other.requests == []
    server.script = answering(GOOD)
    assert keep(session)["id"] == "7"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param(pouring(b"x" * 65536, total=None), "larger than", id="endless"),
        pytest.param(pouring(b"x" * 65536, total=1 << 30), "larger than", id="a gigabyte"),
        pytest.param(pouring(b"<a/>", total=1 << 20, pause_s=0.05), "within 1 s", id="slow bytes"),
        pytest.param(
            answering(gzip.compress(b" " * 16 * MEGABYTE), "Content-Encoding: gzip"),
            "larger than",
            id="gzip bomb",
        ),
        pytest.param(answering(GOOD, length=len(GOOD) + 99), "broke", id="cut by the wire"),
    ],
)
def test_too_much_or_too_slow_an_answer_is_not_waited_for(
    server: Hostile, *, script: Script, words: str
) -> None:
    """The thread is free again: it answers the next call."""
    sessions = FrameworkSessions(allowed=("127.0.0.1",), deadline_s=1, most_bytes=4 * MEGABYTE)
    session = sessions.soap(server.url, SoapService(folder=WSDL.parent, wsdl=WSDL.name))
    process = psutil.Process(os.getpid())
    before = process.memory_info().rss
    server.script = script
    with pytest.raises(InDoubt, match=words):
        keep(session)
    assert server.freed.wait(30)
    assert process.memory_info().rss - before < 64 * MEGABYTE
    server.script = answering(GOOD)
    assert keep(session)["id"] == "7"
    sessions.close()


def test_secrets_an_answer_repeats_are_masked(server: Hostile, session: SoapSession) -> None:
    for body in (b"page: geheim-4711", fault("Server", "wrong: geheim-4711")):
        server.script = answering(body)
        with pytest.raises(InDoubt) as caught:
            keep(session)
        assert "geheim-4711" not in str(caught.value)
        assert "***" in str(caught.value)


def test_nobody_pays_for_zeep_who_speaks_no_soap() -> None:
    """The app, its workers and every connector are imported; zeep and lxml are not."""
    code = (
        "import sys, core.app, core.serve, core.sync.http, connectors.dolibarr, connectors.tryton;"
        "print(sorted({'zeep', 'lxml'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
