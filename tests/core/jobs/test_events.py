"""Events to ``after`` subscribers: each once in effect, in order, none held up by another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text, update

from core import retention
from core.actor import system
from core.clock import utcnow
from core.dispatch import MAX_ATTEMPTS, Dispatcher, resume, skip
from core.errors import Busy, NotFound
from core.events import Event, EventPosition, StoredEvent, after, on
from core.host import Host
from core.jobs.models import StoredJob
from core.jobs.queue import enqueue
from core.registry.manifest import Module
from core.work import UnitOfWork

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Event):
    invoice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped(Event):
    order: str


def note_paid(event: Paid, work: UnitOfWork) -> None:
    write(work, event.invoice)


def note_twice(event: Paid, work: UnitOfWork) -> None:
    write(work, f"again {event.invoice}")


def note_shipped(event: Shipped, work: UnitOfWork) -> None:
    write(work, event.order)


def refuse_bad(event: Paid, work: UnitOfWork) -> None:
    """Writes before it fails: that must not stay."""
    write(work, f"careful {event.invoice}")
    if event.invoice == "bad":
        raise ValueError("the ledger is closed")


def write(work: UnitOfWork, what: str) -> None:
    work.session.execute(text("INSERT INTO effect (what) VALUES (:what)"), {"what": what})


def publish(host: Host, *events: Event) -> None:
    with host.write(system("tests")) as work:
        for event in events:
            work.publish(event)


def drain(dispatcher: Dispatcher) -> None:
    while dispatcher.step():
        pass


def position(stage: Stage, handler: Callable[..., None]) -> EventPosition:
    with stage.host.read(system("tests")) as work:
        return work.session.get_one(EventPosition, f"{__name__}.{handler.__name__}")


def test_events_arrive_in_order_and_once(stage: Stage) -> None:
    host = stage.open(subscriptions=(after(Paid, note_paid), after(Shipped, note_shipped)))
    publish(host, Paid(invoice="1"), Shipped(order="a"), Paid(invoice="2"))
    publish(host, Paid(invoice="3"))
    dispatchers = Dispatcher(host), Dispatcher(host)
    for _ in range(4):
        for dispatcher in dispatchers:
            dispatcher.step()
    seen = stage.effects()
    assert [what for what in seen if what.isdigit()] == ["1", "2", "3"]
    assert sorted(seen) == ["1", "2", "3", "a"]


def test_a_running_worker_delivers_within_a_second(stage: Stage) -> None:
    host = stage.open(subscriptions=(after(Paid, note_paid),))
    with stage.working(host):
        time.sleep(0.6)
        publish(host, Paid(invoice="1"))
        stage.until(lambda: stage.effects() == ["1"], within_s=1)


def test_what_is_rolled_back_was_never_published(stage: Stage) -> None:
    def object_to(_event: Paid, _work: UnitOfWork) -> None:
        raise ValueError("an invariant")

    host = stage.open(subscriptions=(on(Paid, object_to), after(Paid, note_paid)))
    with pytest.raises(ValueError, match="an invariant"):
        publish(host, Paid(invoice="1"))
    drain(Dispatcher(host))
    assert stage.effects() == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_a_transaction_that_commits_late_is_not_stepped_over(stage: Stage) -> None:
    host = stage.open(subscriptions=(after(Paid, note_paid),))
    dispatcher = Dispatcher(host)
    with host.write(system("tests")) as late:
        late.publish(Paid(invoice="early, committed late"))
        late.session.flush()
        publish(host, Paid(invoice="late, committed early"))
        drain(dispatcher)
        assert stage.effects() == ["late, committed early"]
    drain(dispatcher)
    assert stage.effects() == ["late, committed early", "early, committed late"]


def test_a_faulty_subscriber_blocks_nobody_else_and_stops_with_its_reason(stage: Stage) -> None:
    host = stage.open(subscriptions=(after(Paid, refuse_bad), after(Paid, note_paid)))
    dispatcher = Dispatcher(host)
    publish(host, *(Paid(invoice=name) for name in ("good", "bad", "next")))
    drain(dispatcher)
    assert stage.effects() == ["careful good", "good", "bad", "next"]
    for _ in range(MAX_ATTEMPTS - 1):
        assert position(stage, refuse_bad).stopped is None
        assert position(stage, refuse_bad).due_at > utcnow() - timedelta(seconds=1)
        hurry(stage)
        drain(dispatcher)
    assert position(stage, refuse_bad).stopped == "ValueError: the ledger is closed"
    hurry(stage)
    drain(dispatcher)
    assert "careful next" not in stage.effects()


def test_a_stopped_subscriber_resumes_or_skips(stage: Stage) -> None:
    host = stage.open(subscriptions=(after(Paid, refuse_bad),))
    dispatcher = Dispatcher(host)
    publish(host, Paid(invoice="bad"), Paid(invoice="next"))
    name = f"{__name__}.refuse_bad"
    dispatcher.step()
    with host.write(system("tests")) as work:
        stopped = {"stopped": "so", "attempts": MAX_ATTEMPTS}
        work.session.execute(update(EventPosition).values(stopped))
    with host.write(system("tests")) as work:
        resume(work, name)
    dispatcher.step()
    assert position(stage, refuse_bad).attempts == 1
    with host.write(system("tests")) as work:
        skip(work, name)
    drain(dispatcher)
    assert stage.effects() == ["careful next"]
    with host.write(system("tests")) as work, pytest.raises(NotFound):
        skip(work, "nobody")


def test_a_busy_database_does_not_count(stage: Stage) -> None:
    tries: list[str] = []

    def busy_once(event: Paid, work: UnitOfWork) -> None:
        tries.append(event.invoice)
        if len(tries) == 1:
            raise Busy("later")
        write(work, event.invoice)

    host = stage.open(subscriptions=(after(Paid, busy_once),))
    publish(host, Paid(invoice="1"))
    dispatcher = Dispatcher(host)
    dispatcher.step()
    dispatcher.step()
    assert stage.effects() == ["1"]


def test_a_disabled_module_catches_up_when_it_is_enabled_again(stage: Stage) -> None:
    loyalty = Module(name="loyalty", title="L", subscriptions=(after(Paid, note_paid),))
    host = stage.open(modules=(loyalty,), subscriptions=(after(Paid, note_twice),))
    dispatcher = Dispatcher(host)
    publish(host, Paid(invoice="before"))
    drain(dispatcher)
    host.enable("loyalty", system("tests"))
    publish(host, Paid(invoice="1"))
    drain(dispatcher)
    host.disable("loyalty")
    publish(host, Paid(invoice="2"))
    drain(dispatcher)
    publish(host, Paid(invoice="3"))
    host.enable("loyalty", system("tests"))
    drain(dispatcher)
    own = [what for what in stage.effects() if not what.startswith("again")]
    assert own == ["1", "2", "3"]


def test_events_published_by_handlers_are_delivered_too(stage: Stage) -> None:
    def ship(event: Paid, work: UnitOfWork) -> None:
        work.publish(Shipped(order=f"order of {event.invoice}"))

    host = stage.open(subscriptions=(after(Paid, ship), after(Shipped, note_shipped)))
    publish(host, Paid(invoice="1"))
    dispatcher = Dispatcher(host)
    drain(dispatcher)
    drain(dispatcher)
    assert stage.effects() == ["order of 1"]


def test_what_everybody_had_is_forgotten_in_time(stage: Stage) -> None:
    loyalty = Module(name="loyalty", title="L", subscriptions=(after(Shipped, note_shipped),))
    host = stage.open(
        modules=(loyalty,), subscriptions=(after(Paid, note_paid),), jobs=(retention.job,)
    )
    host.enable("loyalty", system("tests"))
    dispatcher = Dispatcher(host)
    publish(host, Paid(invoice="1"), Shipped(order="a"), Paid(invoice="2"))
    drain(dispatcher)
    host.disable("loyalty")
    publish(host, Shipped(order="b"), Paid(invoice="3"))
    drain(dispatcher)
    forget(stage, host)
    # What the disabled module has not had stays, with all that came after its position.
    assert kinds(stage) == ["Paid", "Shipped", "Paid"]
    host.enable("loyalty", system("tests"))
    drain(dispatcher)
    forget(stage, host)
    assert kinds(stage) == ["Paid"]  # the newest one stays: the next place is counted from it
    publish(host, Paid(invoice="4"))
    drain(dispatcher)
    assert stage.effects()[-1] == "4"
    assert [job.name for job in stage.jobs()] == ["core.forget"]


def forget(stage: Stage, host: Host) -> None:
    """Run the retention job with everything being a year old."""
    with host.write(system("tests")) as work:
        long_ago = utcnow() - timedelta(days=366)
        work.session.execute(update(StoredEvent).values(published_at=long_ago))
        work.session.execute(update(StoredJob).values(ended_at=long_ago))
        enqueue(work, retention.job)
    with stage.working(host):
        stage.until(lambda: stage.states() == {"done": 1})


def kinds(stage: Stage) -> list[str]:
    with stage.host.read(system("tests")) as work:
        found = work.session.scalars(select(StoredEvent.kind).order_by(StoredEvent.place))
        return [kind.rpartition(".")[2] for kind in found]


def hurry(stage: Stage) -> None:
    with stage.host.write(system("tests")) as work:
        past = {"due_at": utcnow() - timedelta(seconds=1)}
        work.session.execute(update(EventPosition).values(past))
