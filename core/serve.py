"""What ``tandem run`` starts: the web server, and the keeper of the workers.

Processes and no threads of each other's, on SQLite too: a worker thread beside web threads made
an 80-row fetch take 25 ms instead of 0.02. The supervisor opens no database and no threads: it
starts, watches, restarts and ends its children. Should it be killed, they end by themselves.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from itertools import chain, repeat
from tempfile import TemporaryDirectory
from typing import Any

from core.children import GRACE_S, Child, Forked, Process, end_all, program, told_to_stop
from core.config import PREFIX, Settings
from core.errors import CrmError

#: A predecessor that is just ending may hold the port for a moment.
_PORT_WAIT_S = 3.0
_POLL_S = 0.1
#: A child that dies sooner has to pause before it is started again.
_SETTLED_S = 30.0


class PortTaken(CrmError):
    """Something else listens where Tandem should."""

    code = "serve.port_taken"


def run(settings: Settings, *, keep: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT, and end cleanly. Raise PortTaken.

    ``keep`` is the keeper's life, from a caller who has loaded everything already.
    """
    _wait_for_port(settings)
    environment = {**os.environ, **environment_of(settings)}
    with told_to_stop() as told, TemporaryDirectory(prefix="tandem-metrics-") as figures:
        # Each web process counts in a file of its own there, and /metrics adds them up.
        web = {"PROMETHEUS_MULTIPROC_DIR": figures, **environment}
        starts = {"web": program(_gunicorn(settings), web)}
        if settings.workers:
            starts["keeper"] = _keeper(environment, keep)
        children = [Child(name, start, settled_s=_SETTLED_S) for name, start in starts.items()]
        while not told():
            for child in children:
                child.look_after()
            time.sleep(_POLL_S)
        end_all(children)


def _gunicorn(settings: Settings) -> list[str]:
    options = {
        "bind": f"{settings.host}:{settings.port}",
        "workers": str(settings.web_workers),
        "worker-class": "gthread",
        "threads": str(settings.web_threads),
        "graceful-timeout": str(GRACE_S),
        "log-level": settings.log_level.lower(),
        "config": "python:core.web.preload",
        # gunicorn's heartbeat files: on a slow disk a worker looks dead.
        "worker-tmp-dir": "/dev/shm" if os.path.isdir("/dev/shm") else ".",  # noqa: S108, PTH112
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "gunicorn", "--no-control-socket", *given, "wsgi:application"]


def _keeper(
    environment: Mapping[str, str], keep: Callable[[], None] | None
) -> Callable[[], Process]:
    """The first is forked where that spares it the loading; any later one loads what there is."""
    loads = program([sys.executable, "-m", "core.keeper"], environment)
    first: list[Callable[[], Process]] = [partial(Forked, keep)] if keep else []
    starts = chain(first, repeat(loads))

    def start() -> Process:
        return next(starts)()

    return start


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
