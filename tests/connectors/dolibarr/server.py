"""A Dolibarr on this machine, over HTTP, that fails where a test says."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

from typing_extensions import override

from connectors.dolibarr import connector
from connectors.dolibarr.connector import DolibarrSession
from core.sync.http import FrameworkSessions
from tests.connectors.dolibarr import rest, soap
from tests.connectors.dolibarr.books import Books

REST_KEY = "an-api-key-of-tests"
_API = "/api/index.php"
_PAGE = b"Dolibarr has detected a technical error.<br>\n<b>Date:</b> 20261122105533<br>\n"
_RACE = "Duplicate entry 'CO2611-0320-1' for key 'uk_commande_ref'"
_DEADLOCK = "Deadlock found when trying to get lock; try restarting transaction"


class Fault(StrEnum):
    """``after`` is once the ERP has done what was asked, ``before`` instead of it."""

    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    CUT = "truncated"
    PAGE_BEFORE = "page before"
    PAGE_AFTER = "page after"
    BUSY = "429"
    RACE = "number race"
    DEADLOCK = "deadlock"


_INSTEAD = {
    Fault.RESET_BEFORE,
    Fault.ERROR_BEFORE,
    Fault.PAGE_BEFORE,
    Fault.BUSY,
    Fault.RACE,
    Fault.DEADLOCK,
}


@dataclass
class Dolibarr:
    """``faults`` go by the number of the call, from 1; ``calls`` are what it was asked."""

    books: Books = field(default_factory=Books)
    faults: dict[int, Fault] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    port: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "url": self.url,
            "login": soap.LOGIN,
            "password": soap.PASSWORD,
            "soap_key": soap.KEY,
            "rest_key": REST_KEY,
            "currency": "EUR",
            "warehouse": "3",
        }

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """One call at a time, in the order they arrive."""
        parts = urlsplit(handler.path)
        with self._lock:
            operation = soap.operation_of(body)[0] if parts.path.startswith("/web") else ""
            self.calls.append(operation or f"{handler.command} {parts.path.removeprefix(_API)}")
            fault = self.faults.get(len(self.calls))
            if fault in _INSTEAD:
                done = None
            elif operation:
                done = 200, soap.answer(self.books, *soap.operation_of(body))
            else:
                done = self._rest(handler, parts.path, parts.query, body=body)
        _write(handler, fault, done, operation=operation)

    def _rest(
        self, handler: BaseHTTPRequestHandler, path: str, query: str, *, body: bytes
    ) -> rest.Answer:
        if handler.headers.get("DOLAPIKEY") != REST_KEY:
            return rest.problem(401, "Unauthorized")
        place = path.removeprefix(_API)
        return rest.answer(self.books, handler.command, place, query=query, body=body)


def _write(
    handler: BaseHTTPRequestHandler,
    fault: Fault | None,
    done: rest.Answer | None,
    *,
    operation: str,
) -> None:
    kind = "text/xml; charset=UTF-8" if operation else "application/json; charset=utf-8"
    match fault:
        case Fault.RESET_BEFORE | Fault.RESET_AFTER:
            handler.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            handler.connection.close()
        case Fault.ERROR_BEFORE | Fault.ERROR_AFTER:
            _send(handler, 500, b"", kind="text/html; charset=UTF-8")
        case Fault.PAGE_BEFORE | Fault.PAGE_AFTER:
            _send(handler, 202, _PAGE, kind="text/html; charset=UTF-8")
        case Fault.BUSY:
            _send(handler, 429, b"", kind=kind, wait_s=1)
        case Fault.RACE | Fault.DEADLOCK if operation:
            label = _RACE if fault is Fault.RACE else _DEADLOCK
            _send(handler, 200, soap.envelope(operation, "KO", label), kind=kind)
        case Fault.CUT if done:
            _send(handler, done[0], done[1][: len(done[1]) // 2], kind=kind, length=len(done[1]))
        case _ if done:
            _send(handler, *done, kind=kind)
        case _:  # what only SOAP can say
            _send(handler, *rest.problem(503, "Error"), kind=kind)


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    *,
    kind: str,
    length: int | None = None,
    wait_s: int | None = None,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.send_header("Connection", "close")
    if wait_s is not None:
        handler.send_header("Retry-After", str(wait_s))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(erp: Dolibarr) -> Iterator[Dolibarr]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            erp.answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815 - names of the base class

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

        @override
        def finish(self) -> None:
            if self.connection.fileno() >= 0:  # not reset by us
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    erp.port = int(server.server_address[1])
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield erp
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def opened(erp: Dolibarr, **settings: object) -> DolibarrSession:
    """A session of the connector, as the product opens one."""
    loaded = connector.manifest.settings().load({**erp.settings, **settings})
    return connector.open(loaded, FrameworkSessions(allowed=("127.0.0.1",)))
