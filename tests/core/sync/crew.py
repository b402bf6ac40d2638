"""Workers for tests to kill, forked from a process that has imported everything already.

Each line on its stdin starts a process, whose id is the answer. It begins with database URL, data
folder and the ERP's folder:

``start``                a worker; the ERP dawdles before and after its work, so that kills land
                         everywhere
``start dawdle S``       the ERP takes so many seconds before each call
``start die N before``   the worker kills itself at its Nth call of the ERP; or ``after`` it
``start die V before``   the same at its first call of this verb, whatever else is going on
``order NUMBER``         no worker: places an order and kills itself the moment it is committed
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from sqlalchemy import select
from typing_extensions import override

from connectors.fake.connector import FakeConnector
from connectors.fake.faults import Faults
from core.actor import system
from core.compose import open_host
from core.config import Settings
from core.jobs.worker import Worker
from core.logs import configure
from core.testing.trial import TrialParty, place_order, registry_with


@dataclass(frozen=True, slots=True)
class Ground:
    settings: Settings
    folder: str


class Dawdling(Faults):
    @override
    @contextmanager
    def around(self, verb: str) -> Iterator[None]:
        time.sleep(random.uniform(0, 0.03))  # noqa: S311 - no secret
        yield
        time.sleep(random.uniform(0, 0.03))  # noqa: S311 - no secret


class Slow(Faults):
    seconds = 0.0

    @override
    @contextmanager
    def around(self, verb: str) -> Iterator[None]:
        time.sleep(self.seconds)
        yield


class Deadly(Faults):
    #: The number of a call, or a verb.
    at, when = "1", "before"

    @override
    @contextmanager
    def around(self, verb: str) -> Iterator[None]:
        self.calls.append(verb)
        # Known from the start: another thread may call before this call comes back.
        names = (verb, str(len(self.calls)))
        self._perhaps(names, "before")
        yield
        self._perhaps(names, "after")

    def _perhaps(self, names: tuple[str, str], now: str) -> None:
        if self.at in names and now == self.when:
            signal.raise_signal(signal.SIGKILL)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is logged is no answer
            url, data_dir, folder, *words = line.split()
            obey(Ground(Settings(data_dir=Path(data_dir), database_url=url), folder), words)
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


def obey(ground: Ground, words: list[str]) -> None:
    configure(ground.settings)
    match words:
        case ["order", number]:
            place(ground, number)
        case ["start", "dawdle", seconds]:
            slow = Slow()
            slow.seconds = float(seconds)
            work(ground, slow)
        case ["start", "die", at, when]:
            deadly = Deadly()
            deadly.at, deadly.when = at, when
            work(ground, deadly)
        case _:
            work(ground, Dawdling())


def place(ground: Ground, number: str) -> None:
    host = open_host(ground.settings, registry_with(FakeConnector()))
    with host.write(system("web")) as work:
        party = work.session.scalars(select(TrialParty).order_by(TrialParty.id)).first()
        assert party is not None
        place_order(work, party, number, sku="CHAIR-01")
    signal.raise_signal(signal.SIGKILL)


def work(ground: Ground, faults: Faults) -> None:
    connector = FakeConnector()
    erp = connector.in_folder(ground.folder)
    object.__setattr__(erp, "faults", faults)
    Worker(open_host(ground.settings, registry_with(connector)), threads=2, lease_s=0.5).run()


if __name__ == "__main__":
    main()
