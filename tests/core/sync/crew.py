"""Workers for a test to kill, forked from a process that has imported everything already.

Started with database URL, data folder and the ERP's folder; each line on its stdin starts a
worker, whose process id is the answer. The ERP dawdles before and after its work, so that kills
land everywhere.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from typing_extensions import override

from connectors.fake.connector import FakeConnector
from connectors.fake.faults import Faults
from core.compose import open_host
from core.config import Settings
from core.jobs.worker import Worker
from core.testing.trial import registry_with


class Dawdling(Faults):
    @override
    @contextmanager
    def around(self, verb: str) -> Iterator[None]:
        time.sleep(random.uniform(0, 0.03))  # noqa: S311 - no secret
        yield
        time.sleep(random.uniform(0, 0.03))  # noqa: S311 - no secret


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        if (pid := os.fork()) == 0:
            Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is logged is no answer
            work(*sys.argv[1:])
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


def work(url: str, data_dir: str, folder: str) -> None:
    connector = FakeConnector()
    erp = connector.in_folder(folder)
    object.__setattr__(erp, "faults", Dawdling())
    settings = Settings(data_dir=Path(data_dir), database_url=url)
    Worker(open_host(settings, registry_with(connector)), threads=2, lease_s=0.5).run()


if __name__ == "__main__":
    main()
