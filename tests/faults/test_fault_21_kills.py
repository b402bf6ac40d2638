"""Row 21: a worker killed at each of its calls, a web process after its commit, all at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from connectors.fake.erp import Erp
from core.sync.documents import DocumentState, SalesOrder
from core.sync.models import Binding, DeliveryState
from core.testing import trial
from tests.core.sync.conftest import make_trial, there
from tests.core.sync.outbound import Trial
from tests.core.sync.test_push_kills import crew, start_worker

__all__ = ["make_trial", "there"]

#: Calls of the ERP that bring an order of a known customer there: login, draft, look, confirm; and
#: two of the run after it.
CALLS = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "erp"


@pytest.fixture
def erp(folder: Path) -> Erp:
    found = FakeConnector.in_folder(str(folder))
    populate(found.store)
    return found


def waited(pid: int, *, within_s: float = 20) -> bool:
    deadline = time.monotonic() + within_s
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not Path(f"/proc/{pid}").exists()


def until(condition: Callable[[], object], *, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "It did not come true."
        time.sleep(0.05)


def orders(there: Trial) -> dict[UUID, DeliveryState | None]:
    with there.host.read(there.actor) as work:
        mine = select(Binding.local_id, Binding.delivery).where(Binding.kind == trial.ORDER)
        return {row.local_id: row.delivery for row in work.session.execute(mine)}


@pytest.mark.slow
def test_fault_21_kill_at_every_step_and_of_all_at_once(
    there: Trial, erp: Erp, folder: Path
) -> None:
    there.connect(path=str(folder))
    party = there.party()
    there.order(party, "SO-0")
    there.push()
    with crew(there, folder) as nursery:
        for call in range(1, CALLS + 1):
            for when in ("before", "after"):
                assert waited(start_worker(nursery, f"order SO-{call}-{when}"))
                victim = start_worker(nursery, f"start die {call} {when}")
                if not waited(victim, within_s=3):  # it came to its end without that call
                    os.kill(victim, signal.SIGKILL)
        last = [start_worker(nursery) for _ in range(2)]
        last.append(start_worker(nursery, "order SO-last"))
        until(lambda: len(orders(there)) == 2 * CALLS + 2)
        for pid in last[:2]:
            os.kill(pid, signal.SIGKILL)
        survivor = start_worker(nursery)
        until(lambda: set(orders(there).values()) == {DeliveryState.CONFIRMED})
        os.kill(survivor, signal.SIGKILL)
    references = sorted(there.reference(order) for order in orders(there))
    over_there = sorted((row.reference, row.body.state) for row in erp.store.all(SalesOrder))
    assert over_there == [(reference, DocumentState.CONFIRMED) for reference in references]
