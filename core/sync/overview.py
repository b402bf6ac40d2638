"""The state of the sync in words: per connection what is on its way, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select

from core.clock import utcnow
from core.companies import visible
from core.sync.connections import connections
from core.sync.gate import gates
from core.sync.gate_words import gate_advice, gate_words
from core.sync.models import (
    Binding,
    Connection,
    ConnectionState,
    Cursor,
    DeliveryState,
    Gate,
    InboxRow,
    InboxState,
    OutboxRow,
    OutboxState,
)
from core.sync.plans.service import held_among
from core.web.formats import clock
from core.web.i18n import gettext as _
from core.web.i18n import ngettext
from core.work import UnitOfWork

_ON_THE_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.ACKNOWLEDGED)
_PROBLEMS = (DeliveryState.REJECTED, DeliveryState.STOPPED)
#: A clock time that is almost now tells less than "soon".
_SOON_S = 60
_OPEN = (OutboxState.WAITING, OutboxState.QUEUED, OutboxState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One connection as the sync page shows it. ``connection`` None: what waits for one.

    ``stopped`` counts both ways, the others what we send.
    """

    connection: Connection | None
    on_the_way: int
    waiting: int
    in_doubt: int
    stopped: int
    oldest_at: datetime | None
    next_try_at: datetime | None
    #: Feeds of the ERP whose last reading failed.
    failing: int
    #: What holds calls back just now, if anything does.
    gate: Gate | None = None
    #: Nobody has approved the plan of its first load yet.
    unread: bool = False

    @property
    def pending(self) -> int:
        """Records that have not arrived yet, and will by themselves."""
        return self.on_the_way + self.waiting + self.in_doubt

    @property
    def good(self) -> bool:
        return (
            self.connection is not None
            and self.connection.state is ConnectionState.LIVE
            and not self.connection.last_error
            and not (self.stopped or self.failing or self.gate or self.unread)
        )

    @property
    def troubled(self) -> bool:
        """It should work and does not."""
        found = self.connection
        if found is None:
            return False
        if found.state is ConnectionState.NEEDS_CREDENTIALS:
            return True
        return found.state is ConnectionState.LIVE and bool(
            found.last_error or self.failing or self.gate
        )

    @property
    def words(self) -> str:
        """What is the matter, in one sentence."""
        found = self.connection
        if found is None:
            return _join(_("There is no connection to an ERP yet."), self._waiting_words())
        if found.state is ConnectionState.NEEDS_CREDENTIALS:
            refused = _("%(name)s refuses our credentials.", name=found.name)
            return _join(refused, self._waiting_words())
        if found.state is ConnectionState.DRAFT and found.last_error:
            return _join(_("The test failed: nothing is sent or read yet."), self._waiting_words())
        if found.state is not ConnectionState.LIVE:
            return _join(_state_words(found.state), self._waiting_words())
        return self._live_words(found)

    def _live_words(self, found: Connection) -> str:
        if self.gate is not None:
            return _join(gate_words(found, self.gate), self._waiting_words())
        if found.last_error:
            return _join(self._trouble_words(found), self._waiting_words(), self._next_words())
        return self._working_words()

    def _working_words(self) -> str:
        if self.unread:
            words = _("Nothing is read yet: the plan of its first load waits to be approved.")
            return _join(words, self._waiting_words())
        if self.failing:
            return ngettext(
                "Working; %(n)s feed of the ERP can not be read.",
                "Working; %(n)s feeds of the ERP can not be read.",
                self.failing,
            )
        if self.stopped:
            return ngettext(
                "Working; %(n)s record needs a person.",
                "Working; %(n)s records need a person.",
                self.stopped,
            )
        if self.pending:
            return ngettext(
                "Working; %(n)s record is on its way.",
                "Working; %(n)s records are on their way.",
                self.pending,
            )
        return _("Everything is in step.")

    def _trouble_words(self, connection: Connection) -> str:
        at = connection.last_error_at
        if at is None:
            return _("There is trouble with %(name)s.", name=connection.name)
        return _(
            "There has been trouble with %(name)s since %(time)s.",
            name=connection.name,
            time=clock(at),
        )

    def _waiting_words(self) -> str:
        if not self.pending:
            return ""
        return ngettext("%(n)s record waits.", "%(n)s records wait.", self.pending)

    def _next_words(self) -> str:
        if self.next_try_at is None:
            return ""
        wait_s = (self.next_try_at - utcnow()).total_seconds()
        if wait_s < _SOON_S:
            return _("They are tried again within a minute.")
        return _("Next try at %(time)s.", time=clock(self.next_try_at))

    @property
    def advice(self) -> str:
        """What a person should do about it; '' for nothing."""
        found = self.connection
        if found is None:
            return _("Set up a connection for this company.")
        if found.held:
            return _("Say what it is: on the page This installation, or with tandem sync resume.")
        if found.state is not ConnectionState.LIVE:
            return _state_advice(found.state)
        return self._live_advice(found)

    def _live_advice(self, found: Connection) -> str:
        if self.gate is not None and self.gate.opened_at is None:
            return gate_advice(self.gate)
        if found.last_error:
            return _("Nothing, if the ERP will be back: it is tried again and nothing is lost.")
        if self.unread:
            return _("Look at what the first load would do, and approve it.")
        if self.failing:
            return _("Look at the feeds: each says what is wrong with it.")
        if self.stopped:
            return _("Look at the stopped records, mend them and press retry.")
        return ""


def overview(work: UnitOfWork) -> list[Health]:
    """Every connection the actor may see, and what waits for one if anything does."""
    found = connections(work)
    known = _Known(
        _counts(work),
        _moments(work),
        _stopped_inbound(work),
        _failing_feeds(work),
        gates(work, [one.id for one in found]),
        held_among(work, [one.id for one in found]),
    )
    healths = [known.health(one) for one in found]
    without = known.health(None)
    return [*healths, without] if without.waiting else healths


_Counts = dict[tuple[UUID | None, DeliveryState | None], int]


def _counts(work: UnitOfWork) -> _Counts:
    """Records on their way, by connection and state; what has arrived is not counted."""
    pending = (*_ON_THE_WAY, *_PROBLEMS, DeliveryState.WAITING, DeliveryState.IN_DOUBT)
    statement = (
        select(Binding.connection_id, Binding.delivery, func.count())
        .where(Binding.delivery.in_(pending))
        .group_by(Binding.connection_id, Binding.delivery)
    )
    rows = work.session.execute(visible(work, statement))
    return {(connection_id, state): count for connection_id, state, count in rows}


def _moments(work: UnitOfWork) -> dict[UUID | None, tuple[datetime, datetime | None]]:
    """By connection: since when the oldest has been waiting, and when the next is tried."""
    queued = case((OutboxRow.state == OutboxState.QUEUED, OutboxRow.due_at))
    statement = (
        select(Binding.connection_id, func.min(OutboxRow.created_at), func.min(queued))
        .join(OutboxRow, OutboxRow.binding_id == Binding.id)
        .where(OutboxRow.state.in_(_OPEN))
        .group_by(Binding.connection_id)
    )
    return {row[0]: (row[1], row[2]) for row in work.session.execute(visible(work, statement))}


def _stopped_inbound(work: UnitOfWork) -> dict[UUID, int]:
    statement = (
        select(InboxRow.connection_id, func.count())
        .where(InboxRow.state == InboxState.STOPPED)
        .group_by(InboxRow.connection_id)
    )
    return {row[0]: row[1] for row in work.session.execute(visible(work, statement))}


def _failing_feeds(work: UnitOfWork) -> dict[UUID, int]:
    statement = (
        select(Connection.id, func.count())
        .join(Cursor, Cursor.connection_id == Connection.id)
        .where(Cursor.error != "")
        .group_by(Connection.id)
    )
    return {row[0]: row[1] for row in work.session.execute(visible(work, statement))}


@dataclass(frozen=True, slots=True)
class _Known:
    """What was asked of the database, for all connections at once."""

    counts: _Counts
    moments: dict[UUID | None, tuple[datetime, datetime | None]]
    inbound: dict[UUID, int]
    failing: dict[UUID, int]
    gates: dict[UUID, Gate]
    unread: set[UUID]

    def health(self, connection: Connection | None) -> Health:
        key = connection.id if connection else None
        oldest_at, next_try_at = self.moments.get(key, (None, None))
        return Health(
            connection=connection,
            on_the_way=self._count(key, *_ON_THE_WAY),
            waiting=self._count(key, DeliveryState.WAITING),
            in_doubt=self._count(key, DeliveryState.IN_DOUBT),
            stopped=self._count(key, *_PROBLEMS) + (self.inbound.get(key, 0) if key else 0),
            oldest_at=oldest_at,
            next_try_at=next_try_at,
            failing=self.failing.get(key, 0) if key else 0,
            gate=self.gates.get(key) if key else None,
            unread=key in self.unread,
        )

    def _count(self, key: UUID | None, *wanted: DeliveryState) -> int:
        return sum(self.counts.get((key, state), 0) for state in wanted)


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _state_words(state: ConnectionState) -> str:
    return {
        ConnectionState.DRAFT: _("Not tested yet: nothing is sent or read."),
        ConnectionState.PAUSED: _("Paused: nothing is sent or read, and nothing is lost."),
    }[state]


def _state_advice(state: ConnectionState) -> str:
    return {
        ConnectionState.DRAFT: _("Test the connection."),
        ConnectionState.PAUSED: _("Resume it when the ERP may be used again."),
        ConnectionState.NEEDS_CREDENTIALS: _(
            "Enter credentials the ERP accepts and save; nothing is sent or read until then, so"
            " that the account is not locked."
        ),
    }[state]
