"""A worker process of Tandem for the scripted ERP: data folder and database URL as arguments.

A third argument makes its connector a loud one.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from threading import Thread

from core.compose import open_host
from core.config import Settings
from core.jobs.worker import Worker
from core.logs import configure
from core.sync.egress import LOOPBACK
from core.testing.trial import registry_with
from tests.chaos.connector import ChaosConnector
from tests.faults.hostile import LoudConnector


def main() -> None:
    settings = Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2], egress=LOOPBACK)
    configure(settings)
    connector = LoudConnector() if len(sys.argv) > 3 else ChaosConnector()
    Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    Worker(open_host(settings, registry_with(connector)), threads=2).run()


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


if __name__ == "__main__":
    main()
