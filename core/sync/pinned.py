"""Connections of ``requests`` to one resolved address, with one deadline for a whole call.

``requests`` limits each read, not their sum: a server that sends a byte a second holds a worker
for ever. Here a timer shuts the connection when the deadline has passed, whatever it is doing.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Timer
from time import monotonic
from typing import Any, cast

from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from core.sync.egress import Target

#: Connecting takes one round trip; a host that needs longer is down.
CONNECT_S = 10.0


class Wire:
    """What one session knows of its connection; ``sent`` is whether a byte may have left."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.sent = False
        self.expired = False
        self._ends_at = 0.0
        self._twin: socket.socket | None = None

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        self.sent = self.expired = False
        self._ends_at = monotonic() + seconds
        timer = Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def connect(self) -> socket.socket:
        left_s = max(0.001, min(CONNECT_S, self._ends_at - monotonic()))
        place = (self.target.address, self.target.port)
        connection = socket.create_connection(place, timeout=left_s)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The timer's thread shuts a twin: TLS takes the original away from us.
        self.close()
        self._twin = connection.dup()
        connection.settimeout(None)
        if self.expired:
            self._expire()
        return connection

    def close(self) -> None:
        if self._twin is not None:
            self._twin.close()
            self._twin = None

    def _expire(self) -> None:
        self.expired = True
        if self._twin is None:
            return
        try:
            self._twin.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster


class _Pinned(HTTPConnection):
    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire

    @override
    def _new_conn(self) -> socket.socket:
        return _connected(self, self._wire)

    @override
    def send(self, data: Any) -> None:
        _open(self, self._wire)
        super().send(data)


class _PinnedTls(HTTPSConnection):
    """``host`` stays the name, so the certificate is checked against it."""

    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire

    @override
    def _new_conn(self) -> socket.socket:
        return _connected(self, self._wire)

    @override
    def send(self, data: Any) -> None:
        _open(self, self._wire)
        super().send(data)


def _connected(connection: HTTPConnection, wire: Wire) -> socket.socket:
    try:
        return wire.connect()
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error


def _open(connection: HTTPConnection, wire: Wire) -> None:
    """Connect first, so that a failed connection or handshake does not count as sent."""
    if connection.sock is None:
        connection.connect()
    wire.sent = True


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Pinned


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _PinnedTls


class PinnedAdapter(HTTPAdapter):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        # urllib3 calls these as functions; extra keywords reach the connection.
        pools = {
            "http": partial(_Pool, wire=self._wire),
            "https": partial(_TlsPool, wire=self._wire),
        }
        self.poolmanager.pool_classes_by_scheme = cast("dict[str, Any]", pools)

    @override
    def close(self) -> None:
        super().close()
        self._wire.close()
