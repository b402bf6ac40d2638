"""Computing a plan: the ERP is read as the step would read it, and every page is tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from core.clock import utcnow
from core.jobs.job import JobContext
from core.sync.contract import Lists
from core.sync.errors import AuthFailed, RateLimited, SyncError, Unsent
from core.sync.health import note_answer
from core.sync.models import Plan, PlanAction, PlanItem, PlanPurpose, PlanState
from core.sync.plans.facts import Effect
from core.sync.plans.guard import NAMED
from core.sync.plans.trial import Outcome, Trial
from core.sync.pull.pages import pages
from core.sync.pull.place import reading_of, unseen
from core.sync.pull.readers import Readers, note_trouble_of, open_readers
from core.sync.pull.sightings import sighted
from core.sync.pull.stream import Reader
from core.sync.values import Position, Seen, Stream
from core.work import UnitOfWork

#: Records tried in one transaction, which is rolled back: smaller than the pages of a pull.
_PAGE = 200


def compute(context: JobContext, plan_id: UUID) -> None:
    """Bring the plan to where a person can decide. An ERP that is away is asked again later."""
    with context.read() as work:
        plan = work.session.get(Plan, plan_id)
    readers = open_readers(context, plan.connection_id) if plan else None
    if plan is None or plan.state is not PlanState.COMPUTING or readers is None:
        return
    try:
        _Computing(context, readers, plan).run()
    except (AuthFailed, RateLimited, Unsent) as error:
        note_trouble_of(context, plan.connection_id, error)
    except Exception as error:
        with context.write() as work:
            _fail(work, plan_id, error)
        if not isinstance(error, SyncError):
            raise


@dataclass(frozen=True, slots=True)
class _Computing:
    context: JobContext
    readers: Readers
    plan: Plan

    def run(self) -> None:
        with self.context.write() as work:  # what an attempt that was broken off left
            work.session.execute(delete(PlanItem).where(PlanItem.plan_id == self.plan.id))
            _open(work, self.plan.id).totals = {}
        for reader in self.readers:
            if not self.plan.kinds or reader.kind in self.plan.kinds:
                self._kind(reader)
        with self.context.write() as work:
            plan = _open(work, self.plan.id)
            plan.move(PlanState.READY)
            plan.ready_at = utcnow()
            note_answer(work, plan.connection_id)

    def _kind(self, reader: Reader) -> None:
        tally = _Tally()
        for bodies in self._bodies(reader):
            named = tally.add(Trial(self.readers, reader, bodies).run())
            tally.see(bodies)
            with self.context.write() as work:
                plan = _open(work, self.plan.id)
                plan.totals = {**plan.totals, reader.kind: tally.totals}
                plan.error = tally.error or plan.error
                if tally.end is not None:
                    plan.ends = {**plan.ends, reader.kind: tally.end.isoformat()}
                _keep(work, plan, reader.kind, named)

    def _bodies(self, reader: Reader) -> Iterator[list[Seen[Any]]]:
        """What the step would take over, each record once. Network only."""
        if self.plan.purpose in {PlanPurpose.MANUAL, PlanPurpose.GUARD}:
            found = self._changed(reader)
        elif isinstance(reader.endpoint, Lists):
            found = _listed(reader.endpoint)
        else:
            found = _all(reader)
        for items in found:
            for start in range(0, len(items), _PAGE):
                yield reader.bodies(items[start : start + _PAGE])

    def _changed(self, reader: Reader) -> Iterator[Sequence[Seen[Any]]]:
        met: set[str] = set()
        for stream in reader.endpoint.streams:
            for items in self._news(reader, stream):
                news = [item for item in items if item.ref.id not in met]
                met.update(item.ref.id for item in news)
                yield news

    def _news(self, reader: Reader, stream: Stream[Any]) -> Iterator[Sequence[Seen[Any]]]:
        with self.context.read() as work:
            cursor = reader.cursors.seen(work, stream.name)
        start = reading_of(cursor, utcnow()).start if cursor else Position()
        for page, _after in pages(stream, start, reader.limit):
            known: dict[str, datetime] = {}
            if cursor is not None:
                with self.context.read() as work:
                    known = sighted(work, cursor.id, [item.ref.id for item in page.items])
            yield unseen(page.items, known)


def _listed(endpoint: Lists) -> Iterator[Sequence[Seen[Any]]]:
    after = ""
    while refs := endpoint.ids(after, _PAGE):
        yield [Seen(ref=ref) for ref in refs]
        after = refs[-1].id


def _all(reader: Reader) -> Iterator[Sequence[Seen[Any]]]:
    """Of a connector that can not list: the streams from their start."""
    met: set[str] = set()
    for stream in reader.endpoint.streams:
        for page, _after in pages(stream, Position(), reader.limit):
            news = {item.ref.id: item for item in page.items if item.ref.id not in met}
            met.update(news)
            yield list(news.values())


@dataclass(slots=True)
class _Tally:
    """What the pages of one kind came to so far."""

    counts: Counter[PlanAction] = field(default_factory=Counter)
    named: int = 0
    error: str = ""
    #: The newest stamp among them.
    end: datetime | None = None

    @property
    def totals(self) -> dict[str, int]:
        return {action.value: self.counts[action] for action in PlanAction}

    def add(self, outcome: Outcome) -> list[Effect]:
        """Answers those that are to be named."""
        counts = Counter(effect.action for effect in outcome.effects)
        # A change of what belongs to a record, its lines or addresses, is one of the record.
        hidden = outcome.written - counts[PlanAction.CREATE] - counts[PlanAction.CHANGE]
        moved = min(max(0, hidden), counts[PlanAction.SAME])
        counts[PlanAction.CHANGE] += moved
        counts[PlanAction.SAME] -= moved
        self.counts += counts
        self.error = self.error or outcome.error
        telling = [one for one in outcome.effects if one.action is not PlanAction.SAME]
        named = telling[: max(0, NAMED - self.named)]
        self.named += len(named)
        return named

    def see(self, bodies: Sequence[Seen[Any]]) -> None:
        stamps = [item.stamp for item in bodies if item.stamp]
        self.end = max([*stamps, *([self.end] if self.end else [])], default=None)


def _keep(work: UnitOfWork, plan: Plan, kind: str, effects: Sequence[Effect]) -> None:
    for effect in effects:
        work.session.add(
            PlanItem(
                plan_id=plan.id,
                kind=kind,
                external_id=effect.external_id,
                action=effect.action,
                name=effect.name,
                before=effect.before,
                after=effect.after,
            )
        )


def _open(work: UnitOfWork, plan_id: UUID) -> Plan:
    return work.session.get_one(Plan, plan_id, with_for_update=True)


def _fail(work: UnitOfWork, plan_id: UUID, error: Exception) -> None:
    plan = _open(work, plan_id)
    plan.move(PlanState.FAILED)
    plan.error, plan.ended_at = str(error) or type(error).__name__, utcnow()
