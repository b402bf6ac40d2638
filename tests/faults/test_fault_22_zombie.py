"""Row 22: a worker that is frozen for longer than its lease, and comes back in mid-request."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.fake.erp import Erp
from core.sync.documents import DocumentState, SalesOrder
from core.sync.inline import InlineContext
from core.sync.models import Attempt
from core.sync.push.strays import sweep_strays
from core.testing import trial
from tests.core.sync.conftest import make_trial, there
from tests.core.sync.outbound import Trial
from tests.core.sync.test_push_kills import crew, start_worker
from tests.faults.test_fault_21_kills import erp, folder, until

__all__ = ["erp", "folder", "make_trial", "there"]


def drafts_begun(there: Trial) -> int:
    with there.host.read(there.actor) as work:
        begun = select(func.count()).select_from(Attempt).where(Attempt.verb == "draft")
        return work.session.scalar(begun) or 0


def in_erp(erp: Erp) -> list[tuple[str, DocumentState]]:
    return sorted((row.reference, row.body.state) for row in erp.store.all(SalesOrder))


@pytest.mark.slow
def test_fault_22_a_zombie_is_fenced_and_creates_no_second_order(
    there: Trial, erp: Erp, folder: Path
) -> None:
    connection_id = there.connect(path=str(folder))
    party = there.party()
    first = there.order(party, "SO-0")
    there.push()
    second = there.order(party, "SO-1")
    begun = drafts_begun(there)
    with crew(there, folder) as nursery:
        zombie = start_worker(nursery, "start dawdle 1.5")
        until(lambda: drafts_begun(there) > begun)  # written down, and not yet over there
        os.kill(zombie, signal.SIGSTOP)
        time.sleep(1.0)  # twice its lease
        other = start_worker(nursery)
        until(lambda: there.state(second) == "confirmed")
        os.kill(zombie, signal.SIGCONT)
        time.sleep(3)  # what it had begun it ends
        for pid in (zombie, other):
            os.kill(pid, signal.SIGKILL)
    # What the zombie drafted late is bound to nothing: the sweep of strays takes it away.
    context = InlineContext(there.host, there.actor)
    sweep_strays(context, {"connection": str(connection_id), "kind": trial.ORDER})
    references = sorted(there.reference(order) for order in (first, second))
    assert in_erp(erp) == [(reference, DocumentState.CONFIRMED) for reference in references]
