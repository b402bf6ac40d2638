"""A TCP proxy on this machine that spoils conversations, each exchange as its script says.

It knows nothing of HTTP, only that both sides take turns: a client that speaks after the server
has spoken begins a new exchange. What becomes of each is asked of ``script``::

    with Proxy(port_of_the_erp) as proxy:
        proxy.script = Once(Reset(When.AFTER), asked=b"POST /orders/draft")
        ...                                     # use proxy.url
        with proxy.down(): ...                  # connections are refused
        proxy.spoilt["Reset"]                   # how often it did what
"""

from __future__ import annotations

import select
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from types import TracebackType
from typing import Self

from tests.chaos.toxics import (
    Bandwidth,
    Hang,
    Latency,
    Reset,
    Script,
    SlowClose,
    Toxic,
    Truncate,
    When,
    unspoilt,
)

_CHUNK_BYTES = 64 * 1024
_POLL_S = 0.1


@dataclass
class Proxy:
    """Listens on a free port of its own from the start, and threads serve it until ``close``."""

    upstream_port: int
    script: Script = unspoilt
    seed: int = 0
    spoilt: Counter[str] = field(default_factory=Counter)
    exchanges: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - dice, no secret
        self.closing = Event()
        # It never listens: it keeps the port ours while the one that listens is away.
        self._place = _bound(0)
        self.port = int(self._place.getsockname()[1])
        self._talks: set[Talk] = set()
        self._doors = ExitStack()
        self._open_door()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        """Conversations that are not over."""
        return len(self._talks)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def down(self) -> Iterator[None]:
        """What is connected is cut, and connecting is refused."""
        self._doors.close()
        self.cut()
        self.spoilt["Down"] += 1
        try:
            yield
        finally:
            self._open_door()

    def cut(self) -> None:
        """Reset every connection that is open now."""
        for talk in list(self._talks):
            talk.cut()

    def close(self) -> None:
        self.closing.set()
        self._doors.close()
        self.cut()
        self._place.close()

    def toxic_for(self, request: bytes) -> Toxic | None:
        self.exchanges += 1
        toxic = self.script(request)
        if toxic is not None:
            self.spoilt[type(toxic).__name__] += 1
        return toxic

    def forget(self, talk: Talk) -> None:
        self._talks.discard(talk)

    def _open_door(self) -> None:
        door = _bound(self.port)
        door.listen(128)
        shut = Event()
        thread = Thread(target=self._welcome, args=(door, shut), daemon=True)
        thread.start()
        self._doors.callback(door.close)
        self._doors.callback(thread.join)
        self._doors.callback(shut.set)

    def _welcome(self, door: socket.socket, shut: Event) -> None:
        while not shut.is_set():
            if not _readable([door]):
                continue
            client, _ = door.accept()
            talk = Talk(self, client)
            self._talks.add(talk)
            Thread(target=talk.run, daemon=True).start()


class _Ended(Exception):
    """The conversation is over; ``reset`` tells the client so the hard way."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


class Talk:
    """One client's connection, and ours to the server on its behalf."""

    def __init__(self, proxy: Proxy, client: socket.socket) -> None:
        self._proxy, self._client = proxy, client
        self._server: socket.socket | None = None
        self._toxic: Toxic | None = None
        self._told_bytes = 0
        self._servers_turn = False

    def run(self) -> None:
        reset = False
        try:
            place = ("127.0.0.1", self._proxy.upstream_port)
            self._server = socket.create_connection(place, timeout=10)
            self._server.settimeout(None)
            while True:
                self._pass_on(self._server)
        except _Ended as end:
            reset = end.reset
        except OSError:  # one of the two is gone
            reset = True
        finally:
            self._end(reset=reset)

    def cut(self) -> None:
        """From another thread: the one that runs notices, and ends."""
        for side in (self._client, self._server):
            if side is not None:
                with suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, server: socket.socket) -> None:
        for side in self._wait([self._client, server]):
            data = side.recv(_CHUNK_BYTES)
            if side is self._client:
                self._to_server(server, data)
            else:
                self._to_client(data)

    def _to_server(self, server: socket.socket, data: bytes) -> None:
        if not data:
            raise _Ended
        if not self._servers_turn:
            self._servers_turn, self._told_bytes = True, 0
            self._toxic = self._proxy.toxic_for(data)
        match self._toxic:
            case Reset(When.BEFORE):
                raise _Ended(reset=True)
            case Hang(When.BEFORE):
                self._hang()
            case Latency(seconds, jitter_s):
                self._sleep(max(0.0, seconds + self._proxy.random.uniform(-jitter_s, jitter_s)))
        server.sendall(data)

    def _to_client(self, data: bytes) -> None:
        self._servers_turn = False
        match self._toxic:
            case Reset(When.AFTER):
                raise _Ended(reset=True)
            case Hang(When.AFTER):
                self._hang()
            case SlowClose(seconds) if not data:
                self._sleep(seconds)
            case Truncate(after_bytes):
                data = data[: after_bytes - self._told_bytes]
            case Bandwidth(bytes_per_s):
                self._trickle(data, bytes_per_s)
                return
        if not data:
            raise _Ended
        self._client.sendall(data)
        self._told_bytes += len(data)
        if self._toxic == Truncate(self._told_bytes):
            raise _Ended

    def _trickle(self, data: bytes, bytes_per_s: int) -> None:
        step = max(1, int(bytes_per_s * _POLL_S))
        for start in range(0, len(data), step):
            self._client.sendall(data[start : start + step])
            self._sleep(_POLL_S)

    def _hang(self) -> None:
        """What the client still says is swallowed; that it left ends the conversation."""
        while True:
            for side in self._wait([self._client]):
                if not side.recv(_CHUNK_BYTES):
                    raise _Ended

    def _sleep(self, seconds: float) -> None:
        if self._proxy.closing.wait(seconds):
            raise _Ended(reset=True)

    def _wait(self, sides: list[socket.socket]) -> list[socket.socket]:
        while not (ready := _readable(sides)):
            if self._proxy.closing.is_set():
                raise _Ended(reset=True)
        return ready

    def _end(self, *, reset: bool) -> None:
        if reset:
            # Closing with no time to linger sends RST instead of FIN.
            with suppress(OSError):
                at_once = struct.pack("ii", 1, 0)
                self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self._client.close()
        if self._server is not None:
            self._server.close()
        self._proxy.forget(self)


def _bound(port: int) -> socket.socket:
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.bind(("127.0.0.1", port))
    return place


def _readable(sides: list[socket.socket]) -> list[socket.socket]:
    poll = select.poll()  # select() itself ends at 1024 open files
    by_number = {side.fileno(): side for side in sides}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(_POLL_S * 1000)]
