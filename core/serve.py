"""What ``tandem run`` and ``tandem worker`` start: the web server and worker processes.

Processes and no threads of each other's, on SQLite too: a worker thread beside web threads made
an 80-row fetch take 25 ms instead of 0.02. The supervisor opens no database and no threads: it
starts, watches, restarts and ends its children. Should it be killed, they end by themselves.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

import structlog

from core.config import PREFIX, Settings, load_settings
from core.errors import CrmError

if TYPE_CHECKING:
    from core.jobs.worker import Worker

log = structlog.get_logger(__name__)

#: A child that died starts again after this; twice as long each further time, up to the longest.
_FIRST_RESTART_S, _LONGEST_RESTART_S = 0.5, 30.0
#: Having lived for so long, a child that dies is back at the first.
_SETTLED_S = 60.0
#: Requests and jobs at hand get this long to end.
_GRACE_S = 25
#: A predecessor that is just ending may hold the port for a moment.
_PORT_WAIT_S = 3.0
_POLL_S = 0.1
_STOP = {signal.SIGTERM, signal.SIGINT}
_PR_SET_PDEATHSIG = 1


class PortTaken(CrmError):
    """Something else listens where Tandem should."""

    code = "serve.port_taken"


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, and end cleanly. Raise PortTaken."""
    _wait_for_port(settings)
    environment = {**os.environ, **environment_of(settings)}
    with _told_to_stop() as told, TemporaryDirectory(prefix="tandem-metrics-") as figures:
        # Each web process counts in a file of its own there, and /metrics adds them up.
        web = {"PROMETHEUS_MULTIPROC_DIR": figures, **environment}
        workers = [_Child(_worker(), environment) for _ in range(settings.workers)]
        children = [_Child(_gunicorn(settings), web), *workers]
        while not told():
            for child in children:
                child.look_after()
            time.sleep(_POLL_S)
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def work(settings: Settings) -> None:
    """The worker process: until SIGTERM or SIGINT, then what is at hand is brought to its end."""
    # Here, since the supervisor is to stay small and quick to start.
    from core import logs  # noqa: PLC0415
    from core.compose import open_host  # noqa: PLC0415
    from core.dispatch import Dispatcher  # noqa: PLC0415
    from core.installation.recognise import recognise  # noqa: PLC0415
    from core.jobs.worker import Worker  # noqa: PLC0415
    from core.registry.revisions import check_tables  # noqa: PLC0415
    from core.workers import check_queues  # noqa: PLC0415

    logs.configure(settings)
    host = open_host(settings)
    with closing(host.database):
        with host.database.session(writes=False) as session:
            check_tables(session, host.registry)
            check_queues(host.registry.enabled(session).jobs.values(), settings.worker_queues)
        recognise(host)
        worker = Worker(
            host,
            threads=settings.worker_threads,
            duties=(Dispatcher(host).step,),
            queues=settings.worker_queues,
        )
        stop_when_told(worker)
        worker.run(grace_s=_GRACE_S)


def stop_when_told(worker: Worker) -> None:
    """A thread waits for the signals: a handler could find the lock it needs in its own hands.

    Call it before any other thread is started: the mask is theirs too.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)

    def wait() -> None:
        signal.sigwait(_STOP)
        worker.stop()

    Thread(target=wait, name="signals", daemon=True).start()


class _Child:
    """A process that is kept alive."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = self._start_at = float("-inf")
        self._pause_s = _FIRST_RESTART_S

    def look_after(self) -> None:
        now = time.monotonic()
        if self._process is None and now >= self._start_at:
            self._process, self._started_at = self._start(), now
        elif self._process is not None and (status := self._process.poll()) is not None:
            self._process = None
            if now - self._started_at > _SETTLED_S:
                self._pause_s = _FIRST_RESTART_S
            log.warning("child.died", command=self._command[2], status=status)
            self._start_at = now + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST_RESTART_S)

    def terminate(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def wait(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(_GRACE_S + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        # In a session of its own: Ctrl-C reaches the supervisor alone, which then ends both well.
        return subprocess.Popen(  # noqa: S603 - our own programs
            self._command,
            env=self._environment,
            start_new_session=True,
            preexec_fn=end_with_parent(),  # noqa: PLW1509 - the supervisor has no threads
        )


def _gunicorn(settings: Settings) -> list[str]:
    options = {
        "bind": f"{settings.host}:{settings.port}",
        "workers": str(settings.web_workers),
        "worker-class": "gthread",
        "threads": str(settings.web_threads),
        "graceful-timeout": str(_GRACE_S),
        "log-level": settings.log_level.lower(),
        # gunicorn's heartbeat files: on a slow disk a worker looks dead.
        "worker-tmp-dir": "/dev/shm" if os.path.isdir("/dev/shm") else ".",  # noqa: S108, PTH112
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "gunicorn", "--no-control-socket", *given, "wsgi:application"]


def _worker() -> list[str]:
    return [sys.executable, "-m", __name__]


def environment_of(settings: Settings) -> dict[str, str]:
    """The children read the very settings this process has, wherever these came from."""
    given = {item.name: getattr(settings, item.name) for item in fields(settings)}
    known = {name: value for name, value in given.items() if value is not None}
    return {PREFIX + name.upper(): _text(value) for name, value in known.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _wait_for_port(settings: Settings) -> None:
    deadline = time.monotonic() + _PORT_WAIT_S
    while not is_free(settings.host, settings.port):
        if time.monotonic() > deadline:
            raise PortTaken(
                f"Port {settings.port} of {settings.host} is taken: stop what listens there, "
                f"or set {PREFIX}PORT."
            )
        time.sleep(_POLL_S)


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def _told_to_stop() -> Iterator[Callable[[], bool]]:
    """The block's ``told()`` is True once SIGTERM or SIGINT came."""
    heard: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: heard.append(number)) for number in _STOP
    }
    try:
        yield lambda: bool(heard)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_with_parent() -> Callable[[], None] | None:
    """Linux only: the child gets SIGTERM when the supervisor dies, so nobody keeps the port."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


if __name__ == "__main__":
    work(load_settings())
