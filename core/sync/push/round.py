"""One round of a push run: the records it holds, and the two kinds of steps it takes with them.

A step that writes is three things in this order: the attempt row committed, the call with no
transaction open, and one transaction that closes the attempt and acts on the outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog

from core.jobs.job import JobContext
from core.sync.contract import Endpoint, Finds, Reads
from core.sync.errors import AuthFailed, InDoubt, RateLimited, Rejected, SyncError, Unsent
from core.sync.exchange import Outbound
from core.sync.health import note_answer, note_failure
from core.sync.merge.written import note_leaving
from core.sync.models import Binding
from core.sync.open_sessions import expire_session
from core.sync.push.adopt import TOLERANCE
from core.sync.push.answers import not_anothers
from core.sync.push.attempts import Call, close_attempt, is_answer, open_attempt
from core.sync.push.claim import Route, renew
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.settle import locked_bindings, settle
from core.sync.push.traced import traced
from core.sync.push.verdicts import unknown, verdict
from core.sync.values import Done, Found, Outcome, Seen
from core.work import UnitOfWork

log = structlog.get_logger()

#: What is done with the ERP's yes, in the transaction that closes the attempt: a verdict, or None
#: when there are more steps to take.
Yes = Callable[[UnitOfWork, Parcel, Binding, Done], Verdict | None]


@dataclass(slots=True)
class Round:
    context: JobContext
    route: Route
    outbound: Outbound[Any]
    endpoint: Endpoint
    #: Difference per line between our net and the ERP's that rounding explains.
    tolerance: Decimal = TOLERANCE
    #: The ERP can not be asked for what may have arrived: that is left to a person.
    blind: bool = False
    #: The ERP refused our credentials: nothing more is asked of it.
    locked_out: bool = False
    #: Logging in anew is worth a try: its session had worked until now.
    renewed: bool = False
    #: The ERP has said something in this round, be it no.
    answered: bool = False
    #: The ERP does not answer, or asks to wait: the run ends with this round.
    troubled: bool = False
    settled: set[UUID] = field(default_factory=set)

    def write(self, verb: str, parcels: Sequence[Parcel], call: Call, *, yes: Yes) -> list[Parcel]:
        """Take one writing step; answers the parcels that ``yes`` gave no verdict on.

        A list that is rejected as a whole is halved until the record at fault stands alone.
        """
        if not parcels:
            return []
        with self.context.write() as work:
            note_leaving(work, self.outbound, self.route.connection_id, parcels)
            renew(work, parcels)
            attempt_id = open_attempt(
                work, self.route, verb, run_id=self.context.job_id, parcels=parcels
            )
        outcomes = traced(verb, attempt_id, call, parcels)
        self.answered = self.answered or is_answer(outcomes)
        if isinstance(outcomes, Rejected) and len(parcels) > 1:
            return self._halve(verb, parcels, call, yes=yes, attempt=(attempt_id, outcomes))
        if isinstance(outcomes, SyncError):
            self.troubled = self.troubled or not isinstance(outcomes, Rejected)
            outcomes = [outcomes] * len(parcels)
        return self._close(attempt_id, list(zip(parcels, outcomes, strict=True)), yes)

    def find(self, parcels: Sequence[Parcel]) -> dict[str, list[Found]] | None:
        """Everything over there that carries a parcel's reference, exactly; None: it failed.

        Then the parcels are settled already.
        """
        endpoint = self.endpoint
        if not isinstance(endpoint, Finds):
            return {}
        try:
            hits = endpoint.find([parcel.reference for parcel in parcels])
        except SyncError as error:
            self.give_up(parcels, error)
            return None
        except Exception as error:  # a border: a stranger's code
            log.exception("connector.failed", verb="find")
            self.give_up(parcels, Unsent(f"The connector failed: {type(error).__name__}: {error}"))
            return None
        self.answered = True
        found: dict[str, list[Found]] = {parcel.reference: [] for parcel in parcels}
        for hit in hits:
            if hit.reference in found:
                found[hit.reference].append(hit)
        return found

    def read(self, erp: Reads[Any], parcels: Sequence[Parcel]) -> dict[str, Seen[Any]] | None:
        """Bound records as they are over there, by id; None: it failed, and they are settled."""
        try:
            found = {seen.ref.id: seen for seen in erp.read([one.ref.id for one in parcels])}
        except SyncError as error:
            self.give_up(parcels, error)
        except Exception as error:  # a border: a stranger's code
            log.exception("connector.failed", verb="read")
            self.give_up(parcels, Unsent(f"The connector failed: {type(error).__name__}: {error}"))
        else:
            self.answered = True
            return found
        return None

    def give_up(self, parcels: Sequence[Parcel], error: SyncError) -> None:
        """Settle all with what the error says of them."""
        self.troubled = True
        self.settle([(parcel, verdict(parcel, error)) for parcel in parcels], error)

    def settle(self, verdicts: Verdicts, error: SyncError | None = None) -> None:
        if verdicts:
            with self.context.write() as work:
                settle(work, self.outbound, verdicts)
                self._note(work, error)  # bindings before the connection, as in _close
            self.settled.update(parcel.outbox_id for parcel, _ in verdicts)

    def _halve(
        self,
        verb: str,
        parcels: Sequence[Parcel],
        call: Call,
        *,
        yes: Yes,
        attempt: tuple[UUID, Rejected],
    ) -> list[Parcel]:
        """Nothing of the list was done: the ERP took it back as a whole."""
        with self.context.write() as work:
            close_attempt(work, attempt[0], parcels, [attempt[1]] * len(parcels))
        middle = len(parcels) // 2
        first = self.write(verb, parcels[:middle], call, yes=yes)
        if self.troubled or self.locked_out:  # the rest is given back
            return first
        return first + self.write(verb, parcels[middle:], call, yes=yes)

    def _close(
        self, attempt_id: UUID, answers: list[tuple[Parcel, Outcome]], yes: Yes
    ) -> list[Parcel]:
        parcels = [parcel for parcel, _ in answers]
        verdicts: Verdicts = []
        on_the_way: list[Parcel] = []
        with self.context.write() as work:
            bindings = locked_bindings(work, parcels)
            answers = not_anothers(work, self.route, answers)
            close_attempt(work, attempt_id, parcels, [outcome for _, outcome in answers])
            for parcel, outcome in answers:
                if isinstance(outcome, SyncError):
                    verdicts.append((parcel, self._bad(parcel, outcome)))
                elif (said := yes(work, parcel, bindings[parcel.binding_id], outcome)) is None:
                    on_the_way.append(parcel)
                else:
                    verdicts.append((parcel, said))
            work.session.flush()
            settle(work, self.outbound, verdicts)
            self._note(work, _worst(answers))
        self.settled.update(parcel.outbox_id for parcel, _ in verdicts)
        return on_the_way

    def _bad(self, parcel: Parcel, error: SyncError) -> Verdict:
        doubtful = self.blind and isinstance(error, InDoubt)
        return unknown(error) if doubtful else verdict(parcel, error)

    def _note(self, work: UnitOfWork, error: SyncError | None) -> None:
        """What the whole connection learns from one answer."""
        connection_id = self.route.connection_id
        if isinstance(error, AuthFailed) and not self.locked_out:
            self.locked_out = True
            self.renewed = expire_session(
                self.context.host, connection_id, error, answered=self.answered
            )
        if isinstance(error, AuthFailed) and self.renewed:
            return
        if isinstance(error, AuthFailed | RateLimited | Unsent | InDoubt):
            note_failure(work, connection_id, error, answered=self.answered)
        elif self.answered:
            note_answer(work, connection_id)


#: What one record's error says of the whole connection, the gravest first.
_GRAVEST = (AuthFailed, RateLimited, Unsent, InDoubt)


def _worst(answers: Sequence[tuple[Parcel, Outcome]]) -> SyncError | None:
    """None: the ERP answered, be it with a no about single records."""
    errors = [outcome for _, outcome in answers if isinstance(outcome, SyncError)]
    graver = (error for kind in _GRAVEST for error in errors if isinstance(error, kind))
    return next(graver, next(iter(errors), None))
