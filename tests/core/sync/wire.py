"""A server that answers by script: whole, cut short, by drops, or not at all."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

from typing_extensions import override

Script = Callable[[socket.socket], None]


class Server:
    """Answers every request by ``script``; keeps what it was sent."""

    def __init__(self) -> None:
        self.script: Script = answer(200, b"{}")
        self.requests: list[bytes] = []
        self.connections = 0
        outer = self

        class Handler(BaseRequestHandler):
            @override
            def handle(self) -> None:
                outer.connections += 1
                while request := _request(self.request):
                    outer.requests.append(request)
                    try:
                        outer.script(self.request)
                    except OSError:
                        return  # the client had enough

        class Listener(ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Listener(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _request(connection: socket.socket) -> bytes:
    """Head and body of one request; empty at the end of the connection."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(4096)
            if not chunk:
                return b""
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        ]
        while lengths and len(body) < lengths[0]:
            body += connection.recv(4096)
    except OSError:
        return b""
    return head + b"\r\n\r\n" + body


def head(status: int, length: int, *headers: str, kind: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {length}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(status: int, body: bytes, *headers: str, kind: str = "application/json") -> Script:
    return lambda connection: connection.sendall(
        head(status, len(body), *headers, kind=kind) + body
    )


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def cut_short(connection: socket.socket) -> None:
    connection.sendall(head(200, 100) + b'{"id":')
    connection.close()


def drip_body(connection: socket.socket) -> None:
    connection.sendall(head(200, 100))
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.05)


def drip_head(connection: socket.socket) -> None:
    for byte in head(200, 2) + b"{}":
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def hang(_connection: socket.socket) -> None:
    time.sleep(3)
