"""Real workers, real SIGKILLs: fifty orders go out, and fifty are confirmed over there."""

from __future__ import annotations

import atexit
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from sqlalchemy import func, select

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from core.sync.documents import DocumentState, Invoice, SalesOrder
from core.sync.models import Binding, DeliveryState
from core.testing import trial
from tests.core.sync.outbound import Trial
from tests.core.sync.ways import Case

CREW = Path(__file__).with_name("crew.py")
ORDERS, WITHIN_S = 50, 90


@dataclass
class Crew:
    """Worker processes on one database; what is left of them ends with the test."""

    ground: str
    started: list[int] = field(default_factory=list)

    def start(self, order: str) -> int:
        process = nursery()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{self.ground} {order}\n")
        process.stdin.flush()
        self.started.append(int(process.stdout.readline()))
        return self.started[-1]


@cache
def nursery() -> subprocess.Popen[str]:
    """What workers are forked from. It imports the host once, and ends with this process."""
    process = subprocess.Popen(
        [sys.executable, str(CREW)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CREW.parents[3])},
    )
    atexit.register(process.communicate)  # its orders end, and so does it
    return process


@contextmanager
def crew(there: Trial, folder: Path) -> Iterator[Crew]:
    settings = there.host.settings
    opened = Crew(f"{settings.url} {settings.data_dir} {folder}")
    try:
        yield opened
    finally:
        for child in psutil.Process(nursery().pid).children():
            if child.pid in opened.started:
                child.kill()


def start_worker(crew: Crew, order: str = "start") -> int:
    return crew.start(order)


def confirmed(there: Trial) -> int:
    done = (Binding.kind == trial.ORDER) & (Binding.delivery == DeliveryState.CONFIRMED)
    with there.host.read(there.actor) as work:
        return work.session.scalar(select(func.count()).select_from(Binding).where(done)) or 0


@pytest.mark.slow
def test_fifty_orders_survive_a_storm_of_kills(there: Trial, tmp_path: Path) -> None:
    folder = tmp_path / "erp"
    erp = FakeConnector.in_folder(str(folder))
    populate(erp.store)
    there.connect(path=str(folder))
    rng = random.Random(7)  # noqa: S311 - the same storm every time
    orders: list[UUID] = []
    with crew(there, folder) as nursery:
        party = there.party()
        while len(orders) < ORDERS:
            worker = start_worker(nursery)
            orders += [there.order(party, f"SO-{len(orders)}-{n}") for n in range(5)]
            time.sleep(rng.uniform(0.3, 1.5))
            os.kill(worker, signal.SIGKILL)
        last = start_worker(nursery)
        until = time.monotonic() + WITHIN_S
        while confirmed(there) < ORDERS and time.monotonic() < until:
            time.sleep(0.2)
        os.kill(last, signal.SIGKILL)
    assert confirmed(there) == ORDERS
    over_there = sorted((row.reference, row.body.state) for row in erp.store.all(SalesOrder))
    references = sorted(there.reference(order) for order in orders)
    assert over_there == [(reference, DocumentState.CONFIRMED) for reference in references]
    assert len(erp.store.all(Invoice)) == ORDERS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "verbs"),
    [("upserts", ("upsert",)), ("creates", ("create", "find")), ("creates_only", ("create",))],
)
def test_a_worker_killed_at_a_call_ends_well_each_way(
    there: Trial, tmp_path: Path, way: str, verbs: tuple[str, ...]
) -> None:
    """ERPs with drafts are row 21 of the faults."""
    folder = tmp_path / "erp"
    erp = FakeConnector.in_folder(str(folder))
    populate(erp.store)
    case = Case(replace(there, erp=erp), way)
    case.connect(path=str(folder))
    with crew(there, folder) as nursery:
        for verb in verbs:
            for when in ("before", "after"):
                orders = case.orders()
                ended(start_worker(nursery, f"start die {verb} {when}"))
                case.bring_home(orders, f"killed {when} {verb}")


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["cancel", "update"])
def test_a_worker_killed_at_a_request_ends_well(there: Trial, tmp_path: Path, verb: str) -> None:
    folder = tmp_path / "erp"
    erp = FakeConnector.in_folder(str(folder))
    populate(erp.store)
    case = Case(replace(there, erp=erp), "drafts")
    case.connect(path=str(folder))
    with crew(there, folder) as nursery:
        for when in ("before", "after"):
            order = case.firm()
            if verb == "cancel":
                case.there.ask_cancel(order)
            else:
                case.there.ask_pieces(order, 5)
            ended(start_worker(nursery, f"start die {verb} {when}"))
            case.there.later()
            case.push()
            assert case.there.asked(order) == "done", f"killed {when} the call"
            body = case.there.there_as(order)
            assert (body.state is DocumentState.CANCELLED) is (verb == "cancel")


def ended(pid: int) -> None:
    """It kills itself."""
    until = time.monotonic() + WITHIN_S
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, "the worker never came to that call"
        time.sleep(0.02)
