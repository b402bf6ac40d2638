"""The worker: threads that take jobs from the queue, beats that say it lives, and a clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from core.db.listener import Listener
from core.db.notice import EVENTS, JOBS
from core.errors import Busy
from core.jobs import claims
from core.jobs.claims import Claim, ClaimLost, Wanted
from core.jobs.context import Running
from core.jobs.job import Job
from core.jobs.schedule import plan
from core.masking import masked
from core.signs import Signs
from core.workers import Process, bury

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: One step of something that goes on beside the jobs; true when there may be more to do at once,
#: a number when in so many seconds, if nothing is told before.
Duty = Callable[[], bool | float | None]

#: Seconds until a job is tried again that found the database busy, and until a database that does
#: not answer is asked again.
_BUSY_RETRY_S, _AWAY_S = 1.0, 0.5
#: Seconds between two looks for work that nobody told of; and while news would be told.
_LOOK_S, _HEARING_LOOK_S = 0.25, 2.0


class Worker:
    """Runs the jobs of the modules that are enabled at the moment each of them starts.

    A worker that can not beat within ``lease_s`` takes no more jobs, and the others take over those
    it has. ``duties``, about events, get a thread each. Without ``queues`` it takes all jobs.
    """

    def __init__(
        self,
        host: Any,
        *,
        threads: int = 4,
        lease_s: float = 10,
        duties: Sequence[Duty] = (),
        queues: Sequence[str] = (),
        signs: Signs | None = None,
    ) -> None:
        self._host = host
        self._lease_s = lease_s
        self._queues = frozenset(queues)
        self._signs = signs
        self._process = Process(host.database, lease_s=lease_s, queues=queues, signs=signs)
        self._stop, self._gone = Event(), Event()
        self._turn = Lock()
        #: Jobs that run here, and their lanes.
        self._in_hand: dict[UUID, str | None] = {}
        self._due_in_s: float | None = None
        self._looked_for_dead_at = float("-inf")
        self._news = {JOBS: Event(), EVENTS: Event()}
        self._ticking = Event()
        self._listener = Listener(host.database, lambda topic: self._news[topic].set())
        self._jobs = [self._thread("job", self._work) for _ in range(threads)]
        steps = (partial(self._repeat, duty, self._news[EVENTS]) for duty in duties)
        clock = partial(self._repeat, partial(plan, host), self._ticking)
        ear = partial(self._listener.run, self._stop)
        self._beside = [self._thread("duty", run) for run in (clock, ear, *steps)]
        self._beats = self._thread("beat", self._beat)

    def run(self, *, grace_s: float = 25) -> None:
        """Work until ``stop`` is called; then wait that long for the jobs at hand to end."""
        self._answered(self._process.beat)
        for thread in (self._beats, *self._jobs, *self._beside):
            thread.start()
        self._stop.wait()
        until = monotonic() + grace_s
        for thread in (*self._jobs, *self._beside):
            thread.join(max(0, until - monotonic()))
        self._gone.set()
        self._beats.join(self._lease_s)
        if not self._beats.is_alive():
            # Jobs that did not end in time may be taken over at once: their claims are lost then.
            self._answered(self._process.leave)

    def stop(self) -> None:
        """Take no more jobs, and let those at hand know. Not for a signal handler: it locks."""
        self._stop.set()
        for news in (*self._news.values(), self._ticking):
            news.set()

    @property
    def _look_s(self) -> float:
        return min(_HEARING_LOOK_S, self._lease_s / 4) if self._listener.hears else _LOOK_S

    def _thread(self, name: str, run: Callable[[], None]) -> Thread:
        # A job that does not end must not keep the process from ending.
        return Thread(target=run, name=name, daemon=True)

    def _beat(self) -> None:
        while True:
            self._answered(self._process.beat)
            if self._gone.wait(self._lease_s / 3):
                return

    def _repeat(self, duty: Duty, news: Event) -> None:
        while not self._stop.is_set():
            news.clear()
            more = self._answered(duty)
            if more is not True:
                news.wait(min(more or self._look_s, self._look_s))

    def _work(self) -> None:
        while (claim := self._next()) is not None:
            with bound_contextvars(job=claim.job.name, job_id=str(claim.job_id)):
                self._run(claim)
            del self._in_hand[claim.job_id]
            self._news[JOBS].set()  # its partition and its lane are free

    def _next(self) -> Claim | None:
        """Wait for a job. One idle thread looks at a time: the others wait for their turn."""
        news = self._news[JOBS]
        with self._turn:
            while not self._stop.is_set():
                news.clear()
                if self._process.beats and (claim := self._answered(self._find)):
                    return claim
                news.wait(min(self._due_in_s or self._look_s, self._look_s))
        return None

    def _find(self) -> Claim | None:
        self._take_over()
        self._due_in_s = _LOOK_S
        database = self._host.database
        with database.session(writes=False) as session:
            jobs: Mapping[str, Job] = self._host.registry.enabled(session).jobs
            wanted = self._wanted(jobs.values())
            if database.is_sqlite and not claims.is_due(session, wanted):
                return None  # looking is cheaper there than to be the one writer
        try:
            with database.session(writes=True) as session:
                claim = claims.claim_next(session, jobs, wanted, self._process.id)
                if claim is None:
                    self._due_in_s = claims.due_in_s(session, wanted)
                    return None
        except IntegrityError:  # somebody else has just started this partition
            return None
        self._in_hand[claim.job_id] = claim.lane
        return claim

    def _wanted(self, jobs: Collection[Job]) -> Wanted:
        served = (job.name for job in jobs if not self._queues or job.queue in self._queues)
        busy = [lane for lane in list(self._in_hand.values()) if lane is not None]
        return Wanted(frozenset(served), frozenset(job.name for job in jobs), busy)

    def _take_over(self) -> None:
        gone = [] if self._signs is None else self._signs.gone()
        if not gone and monotonic() - self._looked_for_dead_at < self._lease_s / 4:
            return
        with self._host.database.session(writes=True) as session:
            bury(session, gone)
            jobs = self._host.registry.enabled(session).jobs
            count = claims.take_over(session, jobs, self._process.id, self._in_hand)
        if self._signs is not None:
            self._signs.forget(gone)
        # Of who died just now the database may still hold a row: look once more.
        over = count == 0 and not gone
        self._looked_for_dead_at = monotonic() if over else float("-inf")
        if count:
            log.warning("jobs.taken_over", count=count)

    def _run(self, claim: Claim) -> None:
        settle: Callable[[Session], None]
        try:
            claim.job.run(Running(self._host, claim, self._stop), claim.args)
        except ClaimLost as lost:
            log.warning("job.lost", job=claim.job.name, reason=str(lost))
            return
        except Busy:
            settle = partial(claims.put_back, claim=claim, after_s=_BUSY_RETRY_S)
        except (Exception, SystemExit) as error:
            log.warning("job.failed", job=claim.job.name, exc_info=error)
            words = masked(f"{type(error).__name__}: {error}")
            settle = partial(claims.fail, claim=claim, error=words)
        else:
            settle = partial(claims.finish, claim=claim)
        while not (self._answered(partial(self._settle, settle)) or self._gone.is_set()):
            continue

    def _settle(self, settle: Callable[[Session], None]) -> bool:
        with self._host.database.session(writes=True) as session:
            settle(session)
        return True

    def _answered(self, ask: Callable[[], T]) -> T | None:
        """None when the database does not answer, or anything else went wrong: try again."""
        try:
            return ask()
        except (Busy, DBAPIError) as error:
            log.warning("worker.database_away", reason=str(error))
        except Exception:  # the border: no error may end a thread that others rely on
            log.exception("worker.failed")
        self._gone.wait(_AWAY_S)
        return None
