"""Children that are kept alive: programs of their own, or copies of this process."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Protocol, cast

import structlog

log = structlog.get_logger(__name__)

STOP = frozenset({signal.SIGTERM, signal.SIGINT})
#: Requests and jobs at hand get this long to end.
GRACE_S = 25
#: After a life that was too short; twice as long after each further one, up to the longest.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_PR_SET_PDEATHSIG = 1


class Process(Protocol):
    """One life of a child."""

    def poll(self) -> int | None:
        """How it ended; below zero it is the signal that killed it. None: it lives."""
        ...

    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float) -> object:
        """Raise subprocess.TimeoutExpired when it does not end in time."""
        ...


class Child:
    """``start`` gives it its first life, and another one whenever it dies.

    That one begins at once where it lived for ``settled_s``. A child that dies sooner again and
    again can not work, and must not keep the machine busy with starting it.
    """

    def __init__(self, name: str, start: Callable[[], Process], *, settled_s: float) -> None:
        self._name, self._start, self._settled_s = name, start, settled_s
        self._process: Process | None = None
        self._started_at = self._start_at = float("-inf")
        self._short_lives = 0

    def look_after(self) -> int | None:
        """Start it if it is time to. Answers how it has ended when it just did."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._start_at:
                self._process, self._started_at = self._start(), now
            return None
        if (status := self._process.poll()) is not None:
            log.warning("child.died", child=self._name, status=status)
            self._short_lives = 0 if self._settled(now) else self._short_lives + 1
            self._process, self._start_at = None, now + self._pause_s
        return status

    def terminate(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def wait(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(GRACE_S + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(GRACE_S)

    def _settled(self, now: float) -> bool:
        return now - self._started_at > self._settled_s

    @property
    def _pause_s(self) -> float:
        if not self._short_lives:
            return 0.0
        return min(_FIRST_PAUSE_S * 2.0 ** min(self._short_lives - 1, 10), _LONGEST_PAUSE_S)


def program(command: Sequence[str], environment: Mapping[str, str]) -> Callable[[], Process]:
    """Starts ``command``."""

    def start() -> Process:
        # In a session of its own: Ctrl-C reaches the supervisor alone, which then ends both well.
        return subprocess.Popen(  # noqa: S603 - our own programs
            command,
            env=environment,
            start_new_session=True,
            preexec_fn=end_with_parent(),  # noqa: PLW1509 - the supervisor has no threads
        )

    return start


class Forked:
    """A copy of this process, with all it has loaded, that does ``run`` and ends.

    Nothing else may go on in this process: no threads, and no connection that two would share.
    SIGTERM and SIGINT wait in the copy until it asks for them.
    """

    def __init__(self, run: Callable[[], None]) -> None:
        with_us = end_with_parent()

        def live() -> None:
            os.setsid()  # Ctrl-C reaches the supervisor alone
            if with_us is not None:
                with_us()
            run()

        self._process = get_context("fork").Process(target=live)
        # Over the fork: what comes before the copy has a way to hear it would be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
        self._process.start()
        self.pid = cast("int", self._process.pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float) -> object:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked child", timeout)
        return self._process.exitcode


def end_all(children: Sequence[Child]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        child.wait()


@contextmanager
def told_to_stop() -> Iterator[Callable[[], bool]]:
    """The block's ``told()`` is True once SIGTERM or SIGINT came, be it before the block."""
    heard: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: heard.append(number)) for number in STOP
    }
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)  # where this process was forked they wait
    try:
        yield lambda: bool(heard)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_with_parent() -> Callable[[], None] | None:
    """Linux only: the child gets SIGTERM when its parent dies, so nobody keeps the port."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signal.SIGTERM)

    return ask
