"""A server that answers whatever a test wants, in as many pieces as it wants, and counts calls."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread

from typing_extensions import override

Script = Callable[[socket.socket, Event], None]


class Hostile:
    """``freed`` is set when the client has hung up on us, or we were answered to the end."""

    def __init__(self) -> None:
        self.script: Script = answering(b"")
        self.requests: list[bytes] = []
        self.sent_bytes = 0
        self.ending = Event()
        self.freed = Event()
        outer = self

        class Handler(BaseRequestHandler):
            @override
            def handle(self) -> None:
                outer.requests.append(_request(self.request))
                try:
                    outer.script(self.request, outer.ending)
                except OSError:
                    pass  # the client had enough
                finally:
                    outer.freed.set()

        class Listener(ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Listener(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/service"

    def close(self) -> None:
        self.ending.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def hostile() -> Iterator[Hostile]:
    server = Hostile()
    yield server
    server.close()


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(
    body: bytes,
    *headers: str,
    status: int = 200,
    kind: str = "text/xml; charset=utf-8",
    length: int | None = None,
) -> Script:
    """``length`` is what is announced, if not what is sent; negative announces none."""

    def script(connection: socket.socket, _ending: Event) -> None:
        announced = len(body) if length is None else length
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", "Connection: close", *headers]
        if announced >= 0:
            lines.append(f"Content-Length: {announced}")
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)

    return script


def pouring(piece: bytes, *, total: int | None, pause_s: float = 0) -> Script:
    """``piece`` again and again: ``total`` bytes in all, or without an end."""

    def script(connection: socket.socket, ending: Event) -> None:
        head = "HTTP/1.1 200 X\r\nContent-Type: text/xml\r\nConnection: close\r\n"
        if total is not None:
            head += f"Content-Length: {total}\r\n"
        connection.sendall(head.encode() + b"\r\n<?xml version='1.0'?><a>")
        sent = 0
        while not ending.wait(pause_s) and (total is None or sent < total):
            connection.sendall(piece)
            sent += len(piece)

    return script
