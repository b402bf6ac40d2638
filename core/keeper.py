"""The keeper of workers: it has loaded everything, and forks them.

A worker that dies is back in milliseconds, where loading alone would take it seconds; and what
they have loaded they hold in memory once.
"""

from __future__ import annotations

import gc
import os
import platform
import signal
import sys
import time
from contextlib import closing, suppress
from functools import partial
from threading import Thread

import structlog
from sqlalchemy.orm import configure_mappers

from core import logs
from core.children import GRACE_S, STOP, Child, Forked, end_all, told_to_stop
from core.compose import open_host
from core.config import Settings, load_settings
from core.dispatch import Dispatcher
from core.errors import Busy
from core.host import Host
from core.installation.recognise import recognise
from core.jobs.worker import Worker
from core.registry.registry import Registry
from core.registry.revisions import check_tables
from core.signs import Signs
from core.workers import check_queues

log = structlog.get_logger(__name__)

_POLL_S = 0.02
#: A fork costs little: only what dies while it starts has to pause.
_SETTLED_S = 2.0


def keep(settings: Settings, *, workers: int = 1) -> None:
    """Until SIGTERM or SIGINT; then what the workers have at hand is brought to its end.

    One that a signal killed, or that found the database away, is forked again. Any other end says
    that what is loaded here does not do (its tables are newer, say): then all of them end, and
    whoever started the keeper starts another.
    """
    logs.configure(settings)
    life = partial(_work, settings, _loaded(settings))
    children = [
        Child("worker", partial(Forked, life), settled_s=_SETTLED_S) for _ in range(workers)
    ]
    with told_to_stop() as told:
        while not told():
            for child in children:
                if (status := child.look_after()) is not None and not _again(status):
                    end_all(children)
                    sys.exit(status or os.EX_SOFTWARE)
            time.sleep(_POLL_S)
        end_all(children)


def _loaded(settings: Settings) -> Registry:
    """Raise what keeps a worker from starting; no connection to the database is left open."""
    host = open_host(settings)
    with closing(host.database), suppress(Busy):  # for a database that is away the workers wait
        _check(host)
    configure_mappers()
    gc.collect()
    gc.freeze()  # the workers' collections leave these pages shared
    return host.registry


def _check(host: Host) -> None:
    with host.database.session(writes=False) as session:
        check_tables(session, host.registry)
        jobs = host.registry.enabled(session).jobs.values()
        check_queues(jobs, host.settings.worker_queues)


def _again(status: int) -> bool:
    return status < 0 or status == os.EX_TEMPFAIL


def _work(settings: Settings, registry: Registry) -> None:
    """A worker's life, in a process that was just forked."""
    host = open_host(settings, registry)
    with closing(host.database):
        try:
            _check(host)
            recognise(host)
        except Busy as error:
            log.warning("worker.database_away", reason=str(error))
            sys.exit(os.EX_TEMPFAIL)
        worker = Worker(
            host,
            threads=settings.worker_threads,
            duties=(Dispatcher(host).step,),
            queues=settings.worker_queues,
            # Of this machine alone: not every folder that many share keeps their locks apart.
            signs=Signs(settings.data_dir / "workers" / platform.node()),
        )
        stop_when_told(worker)
        worker.run(grace_s=GRACE_S)


def stop_when_told(worker: Worker) -> None:
    """A thread waits for the signals: a handler could find the lock it needs in its own hands.

    Call it before any other thread is started: the mask is theirs too.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)

    def wait() -> None:
        signal.sigwait(STOP)
        worker.stop()

    Thread(target=wait, name="signals", daemon=True).start()


if __name__ == "__main__":
    chosen = load_settings()
    keep(chosen, workers=chosen.workers)
