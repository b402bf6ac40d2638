"""Carries events to their ``after`` subscribers: a duty of every worker.

Why no job per event: a subscriber's position and what its handler wrote are one transaction, so
there is nothing a claim could add; and a keyed job would make all who publish wait for each other.
"""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import Select, func, select, text, update
from sqlalchemy.orm import Session

from core.actor import system
from core.back_off import back_off_s
from core.db.moment import database_now
from core.errors import Busy, NotFound
from core.events import EventPosition, StoredEvent, Subscription, kind_of, revive
from core.masking import masked
from core.work import UnitOfWork

log = structlog.get_logger(__name__)

#: Tries of one event before its subscriber stops for a person to look.
MAX_ATTEMPTS = 8
#: Events that get their places in one transaction.
_BATCH = 1000
#: PostgreSQL advisory lock: one sequencer at a time.
_LOCK = 0x7461_6E65


class Dispatcher:
    """``host`` is the composition root; several dispatchers may share its database."""

    def __init__(self, host: Any) -> None:
        self._host = host
        #: Subscriber to its place and the newest event there was when nothing waited behind it.
        self._caught_up: dict[str, tuple[int, int]] = {}

    def step(self) -> bool:
        """Place what was published, then give each subscriber its next event.

        True when anything was delivered, so that there may be more.
        """
        with self._host.read(system("events")) as work:
            subscriptions = [item for item in work.enabled.subscriptions if item.durable]
            places = _places(work.session)
            unplaced = work.session.scalar(_new().limit(1)) is not None
        if unplaced or any(item.name not in places for item in subscriptions):
            with self._host.write(system("events")) as work:
                prepare(work)
        delivered = [self._deliver(item) for item in self._behind(subscriptions)]
        return any(delivered)

    def _behind(self, subscriptions: list[Subscription]) -> list[Subscription]:
        with self._host.read(system("events")) as work:
            newest = newest_place(work.session)
            places = _places(work.session, due=True)
            return [
                item
                for item in subscriptions
                if item.name in places
                and self._waits(work.session, item, places[item.name], newest)
            ]

    def _waits(self, session: Session, item: Subscription, place: int, newest: int) -> bool:
        if self._caught_up.get(item.name) == (place, newest):
            return False
        if session.scalar(_following(item, place)) is not None:
            return True
        self._caught_up[item.name] = (place, newest)
        return False

    def _deliver(self, subscription: Subscription) -> bool:
        try:
            with self._host.write(system(subscription.name)) as work:
                return _deliver(work, subscription)
        except Busy:
            return False  # the next step tries again; that it could not try does not count
        except Exception as error:
            log.warning("subscriber.failed", subscriber=subscription.name, exc_info=error)
            with self._host.write(system("events")) as work:
                _count_failure(work, subscription, masked(f"{type(error).__name__}: {error}"))
            return False


def prepare(work: UnitOfWork) -> None:
    """Give committed events their places, and new subscribers a position at the end.

    Why not a sequence, or the key: both are drawn before the commit, so an event with a lower
    number can appear after a subscriber has passed it. What is seen here is committed, and gets
    the next place, however early it was published; and since the lock is held until the places
    are committed, whoever sees a place sees all before it.
    """
    if work.session.get_bind().dialect.name != "sqlite":  # SQLite has one writer anyway
        work.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    newest, known = newest_place(work.session), _places(work.session)
    owners = {
        item.name: module.name for module in work.enabled.modules for item in module.subscriptions
    }
    work.session.add_all(
        EventPosition(subscriber=item.name, module=owners[item.name], place=newest)
        for item in work.enabled.subscriptions
        if item.durable and item.name not in known
    )
    new = work.session.scalars(_new().order_by(StoredEvent.id).limit(_BATCH)).all()
    if new:
        rows = [{"id": key, "place": newest + step} for step, key in enumerate(new, start=1)]
        work.session.execute(update(StoredEvent), rows)


def newest_place(session: Session) -> int:
    return session.scalar(select(func.max(StoredEvent.place))) or 0


def waits_behind(session: Session, subscription: Subscription, place: int) -> bool:
    """Whether there is an event for ``subscription`` that it gets after ``place``."""
    return session.scalar(_following(subscription, place)) is not None


def resume(work: UnitOfWork, subscriber: str) -> None:
    """Let a stopped subscriber try the same event again."""
    position = _locked(work, subscriber)
    position.stopped, position.attempts, position.due_at = None, 0, database_now()


def skip(work: UnitOfWork, subscriber: str) -> None:
    """Let a subscriber go on behind the event it stopped at, which it then never gets."""
    position = _locked(work, subscriber)
    for subscription in work.enabled.subscriptions:
        if subscription.durable and subscription.name == subscriber:
            event: StoredEvent | None = work.session.scalar(
                _following(subscription, position.place)
            )
            position.place = (event and event.place) or position.place
            resume(work, subscriber)
            return
    raise NotFound(f"No enabled module brings {subscriber}.")


def _deliver(work: UnitOfWork, subscription: Subscription) -> bool:
    if subscription not in work.enabled.subscriptions:
        return False  # disabled a moment ago: it catches up when it is enabled again
    position = work.session.scalar(
        select(EventPosition)
        .where(EventPosition.subscriber == subscription.name, *_due())
        .with_for_update(skip_locked=True)
    )
    if position is None:
        return False
    event: StoredEvent | None = work.session.scalar(_following(subscription, position.place))
    if event is None:
        return False
    subscription.handler(revive(event, subscription.event), work)
    position.place, position.attempts = event.place or position.place, 0
    return True


def _count_failure(work: UnitOfWork, subscription: Subscription, error: str) -> None:
    position = _locked(work, subscription.name)
    position.attempts += 1
    position.due_at = database_now(back_off_s(position.attempts))
    if position.attempts >= MAX_ATTEMPTS:
        position.stopped = error


def _locked(work: UnitOfWork, subscriber: str) -> EventPosition:
    position = work.session.get(EventPosition, subscriber, with_for_update=True)
    if position is None:
        raise NotFound(f"There is no subscriber {subscriber}.")
    return position


def _places(session: Session, *, due: bool = False) -> dict[str, int]:
    query = select(EventPosition.subscriber, EventPosition.place)
    rows = session.execute(query.where(*_due()) if due else query)
    return {row.subscriber: row.place for row in rows}


def _due() -> tuple[Any, ...]:
    return EventPosition.stopped.is_(None), EventPosition.due_at <= database_now()


def _new() -> Select[Any]:
    return select(StoredEvent.id).where(StoredEvent.place.is_(None))


def _following(subscription: Subscription, place: int) -> Select[Any]:
    return (
        select(StoredEvent)
        .where(StoredEvent.kind == kind_of(subscription.event), StoredEvent.place > place)
        .order_by(StoredEvent.place)
        .limit(1)
    )
