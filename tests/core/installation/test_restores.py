"""Databases that are put back or copied, and an ERP that is: no order twice, and none lost unsaid.

Workers are real processes. What counts is what the ERP has, and what people are told.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from connectors.fake.erp import Erp
from core.errors import RuleBroken
from core.host import Host
from core.installation.deciding import after_restore, allow_push, as_clone
from core.installation.jobs import tick
from core.installation.recognise import recognise
from core.installation.rewound import look_back, take_stock
from core.jobs.models import JobState, StoredJob
from core.jobs.queue import enqueue
from core.registry.models import Installation
from core.sync import connections, outbox
from core.sync.documents import DocumentState, SalesOrder
from core.sync.inline import InlineContext
from core.sync.models import Connection, ConnectionState, OutboxRow, OutboxState
from core.sync.wake import PUSH
from core.testing import trial
from core.work import UnitOfWork
from tests.core.sync.outbound import Trial
from tests.core.sync.test_push_kills import crew, start_worker

if TYPE_CHECKING:
    from tests.core.installation.conftest import Vault

pytestmark = pytest.mark.slow


@contextmanager
def working(there: Trial, folder: Path) -> Iterator[None]:
    """A worker process on this database while the block runs."""
    with crew(there, folder) as nursery:
        worker = start_worker(nursery)
        yield
        os.kill(worker, signal.SIGKILL)


def until(condition: Callable[[], object], *, within_s: float = 40) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "It did not come true."
        time.sleep(0.05)


def until_tried(there: Trial) -> None:
    """A tick of the sync comes after now, and all that it wakes has had its turn."""
    with there.host.write(there.actor) as work:
        enqueue(work, "core.sync.tick", key="test")
    until(lambda: not unfinished(there) & {"core.sync.tick", PUSH})


def unfinished(there: Trial) -> set[str]:
    with there.host.read(there.actor) as work:
        jobs = work.session.scalars(select(StoredJob).where(StoredJob.state != JobState.DONE))
        return {job.name for job in jobs}


def on(host: Host, there: Trial) -> Trial:
    return replace(there, host=host)


def sent(erp: Erp) -> list[tuple[str | None, DocumentState]]:
    return sorted((row.reference, row.body.state) for row in erp.store.all(SalesOrder))


def each_once(there: Trial, *orders: UUID) -> list[tuple[str, DocumentState]]:
    return sorted((there.reference(order), DocumentState.CONFIRMED) for order in orders)


def installation(there: Trial) -> Installation:
    with there.host.read(there.actor) as work:
        return work.session.scalars(select(Installation)).one()


def connection(there: Trial) -> Connection:
    with there.host.read(there.actor) as work:
        return work.session.scalars(select(Connection)).one()


def test_after_a_restore_what_was_sent_meanwhile_is_not_sent_again(
    there: Trial, vault: Vault, erp: Erp, folder: Path
) -> None:
    recognise(there.host)
    party = there.party()
    before = there.order(party, "SO-1")
    there.push()
    queued = there.order(party, "SO-2")
    backup = vault.back_up(there.host)
    lost = there.order(party, "SO-3")
    with working(there, folder):
        until(
            lambda: len(sent(erp)) == 3 and {s for _, s in sent(erp)} == {DocumentState.CONFIRMED}
        )
    references = each_once(there, before, queued, lost)
    assert sent(erp) == references

    back = on(vault.put_back(there.host, backup), there)
    recognise(back.host)
    assert "backup" in installation(back).held or "number" in installation(back).held
    assert connection(back).state is ConnectionState.PAUSED
    assert not connections_resume(back)
    with working(back, folder):
        until_tried(back)
        assert back.state(queued) == "queued"
        with back.host.write(back.actor) as work:
            after_restore(work, back.host)
        until(lambda: back.state(queued) == "confirmed")
    assert sent(erp) == references
    assert installation(back).epoch == 2
    recognise(back.host)
    assert installation(back).held == ""


def test_after_a_restore_what_waited_without_a_connection_is_looked_for_too(
    make_trial: Callable[[], Trial], vault: Vault, erp: Erp, folder: Path
) -> None:
    """It went out through a connection that the backup does not know."""
    there = make_trial()
    recognise(there.host)
    party = there.party()
    with there.host.write(there.actor) as work:
        outbox.send(work, trial.PARTY, party.id, company_id=there.company, number="P-1")
    order = there.order(party, "SO-1")
    assert there.state(order) == "waiting"
    backup = vault.back_up(there.host)
    there.connect(path=str(folder), orders="creates")
    there.push()
    assert sent(erp) == each_once(there, order)

    back = on(vault.put_back(there.host, backup), there)
    with back.host.write(back.actor) as work:
        after_restore(work, back.host)
    new = back.order(back.party("Another"), "SO-2")
    back.connect(path=str(folder), orders="creates")
    back.push()
    assert (back.state(order), back.state(new)) == ("in_doubt", "confirmed")
    back.later()
    back.push()
    assert back.state(order) == "confirmed"
    assert sent(erp) == each_once(back, order, new)


def test_a_restore_under_a_worker_that_goes_on_is_noticed_at_its_next_tick(
    there: Trial, vault: Vault
) -> None:
    recognise(there.host)
    backup = vault.back_up(there.host)
    tick(InlineContext(there.host, there.actor), {})
    assert connection(there).state is ConnectionState.LIVE
    back = on(vault.put_back(there.host, backup), there)
    for _ in range(2):  # the mark it has now does not replace what was seen
        tick(InlineContext(back.host, back.actor), {})
        assert installation(back).held
        assert connection(back).state is ConnectionState.PAUSED


def connections_resume(there: Trial) -> bool:
    try:
        return connections.resume(there.host, there.actor, connection(there).id).ok
    except RuleBroken:
        return False


def test_a_copy_beside_the_original_orders_nothing(
    there: Trial, vault: Vault, erp: Erp, folder: Path
) -> None:
    recognise(there.host)
    party = there.party()
    before = there.order(party, "SO-0")
    there.push()
    queued = there.order(party, "SO-1")
    copy = on(vault.copy(there.host), there)
    recognise(copy.host)
    assert installation(copy).held
    own_id = installation(there).id
    with copy.host.write(copy.actor) as work:
        as_clone(work, copy.host)
    fresh = copy.order(copy.party("Staging"), "SO-9")
    with working(there, folder), working(copy, folder):
        until(lambda: there.state(queued) == "confirmed")
        until_tried(copy)
        assert copy.state(fresh) == "queued"
        assert copy.state(queued) == "stopped"
    assert sent(erp) == each_once(there, before, queued)
    assert installation(copy).id != own_id == installation(copy).copy_of
    recognise(there.host)
    assert installation(there).held == ""

    with copy.host.write(copy.actor) as work:
        allow_push(work)
        retry_stopped(work)
    with working(copy, folder):
        until(lambda: copy.state(fresh) == "confirmed" and copy.state(queued) == "confirmed")
    assert sent(erp) == sorted(each_once(there, before, queued) + each_once(copy, fresh))


def retry_stopped(work: UnitOfWork) -> None:
    stopped = select(OutboxRow).where(OutboxRow.state == OutboxState.STOPPED)
    for row in work.session.scalars(stopped).all():
        outbox.retry(work, row.id)


def test_an_erp_that_was_put_back_is_noticed_and_what_it_lost_is_left_to_people(
    there: Trial, erp: Erp, erp_file: Path, tmp_path: Path, folder: Path
) -> None:
    party = there.party()
    kept = there.order(party, "SO-1")
    there.push()
    copy_over(erp_file, tmp_path / "yesterday.sqlite")
    lost = [there.order(party, f"SO-{number}") for number in range(2, 6)]
    there.push()
    context, args = (
        InlineContext(there.host, there.actor),
        {"connection": str(connection(there).id)},
    )
    erp.store.delete(SalesOrder, there.external_id(lost[-1]))  # a person there may do that
    look_back(context, args)
    assert connection(there).state is ConnectionState.LIVE

    copy_over(tmp_path / "yesterday.sqlite", erp_file)
    look_back(context, args)
    assert connection(there).state is ConnectionState.PAUSED
    assert "no longer has" in connection(there).held
    with working(there, folder):
        take_stock(context, args)
        assert connection(there).state is ConnectionState.LIVE
        assert {there.state(order) for order in lost} == {"stopped"}
        fresh = there.order(party, "SO-9")
        until(lambda: there.state(fresh) == "confirmed")
        assert sent(erp) == each_once(there, kept, fresh)  # nothing that was lost went by itself
        with there.host.write(there.actor) as work:
            retry_stopped(work)
        until(lambda: {there.state(order) for order in lost} == {"confirmed"})
    assert sent(erp) == each_once(there, kept, fresh, *lost)


def copy_over(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
