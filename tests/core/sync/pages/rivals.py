"""Another company in the same installation: one row of everything the sync shows or decides."""

from __future__ import annotations

from datetime import date
from typing import TypeVar
from uuid import UUID

from core.alerts.models import Alert, Cause
from core.clock import utcnow
from core.companies import Company
from core.db.base import Record
from core.ids import new_id
from core.sync.models import (
    Binding,
    Conflict,
    ConflictState,
    Connection,
    ConnectionState,
    DeliveryState,
    InboxRow,
    InboxState,
    OutboxRow,
    OutboxState,
    Plan,
    PlanPurpose,
    PlanState,
)
from core.sync.models import Cause as Why
from core.sync.reconcile.models import Reconciliation, Remedy, Statement, StatementDifference, What
from core.work import UnitOfWork

#: In every text of theirs.
MARK = "RIVALRY"
_DAY = date(2026, 11, 1)
R = TypeVar("R", bound=Record)


def found_rivals(work: UnitOfWork) -> list[Record]:
    """Their rows, which are not ours to see; the connection first."""
    company = Company(name=f"{MARK} Ltd", currency="EUR")
    work.session.add(company)
    work.session.flush()
    mine = {"company_id": company.id}
    connection = Connection(name=MARK, connector="fake", state=ConnectionState.LIVE, **mine)
    _kept(work, connection)
    its = {"connection_id": connection.id, **mine}
    tie = _kept(
        work,
        Binding(
            kind="contacts.party",
            local_id=new_id(),
            external_id=MARK,
            reference=MARK,
            number=MARK,
            delivery=DeliveryState.STOPPED,
            **its,
        ),
    )
    statement = _kept(work, _statement(its))
    others = [
        Plan(purpose=PlanPurpose.BACKFILL, kinds=[], state=PlanState.READY, ready_at=utcnow(),
             created_by=MARK, **its),
        Conflict(binding_id=tie.id, field="name", cause=Why.BOTH_CHANGED, ours=MARK, theirs=MARK,
                 state=ConflictState.OPEN, observed_at=utcnow(), **mine),
        OutboxRow(binding_id=tie.id, seq=1, state=OutboxState.STOPPED, message=MARK, **mine),
        InboxRow(kind="sales.order", external_id=MARK, state=InboxState.STOPPED, attempts=1,
                 message=MARK, **its),
        Alert(cause=Cause.AWAY, subject=MARK, words=MARK, **its),
        Reconciliation(kinds=[], first=_DAY, last=_DAY, asked_by=MARK, **its),
        StatementDifference(statement_id=statement.id, kind="sales.order", day=_DAY,
                            what=What.MISSING_HERE, remedy=Remedy.PULL_AGAIN, name=MARK,
                            external_id=MARK, note=MARK, **mine),
    ]  # fmt: skip
    return [connection, tie, statement, *(_kept(work, one) for one in others)]


def _statement(its: dict[str, UUID]) -> Statement:
    return Statement(
        connection=MARK,
        here=MARK,
        there=MARK,
        first=_DAY,
        last=_DAY,
        made_by=MARK,
        agrees=False,
        differences=1,
        kinds=[],
        hash="0" * 64,
        **its,
    )


def _kept(work: UnitOfWork, record: R) -> R:
    work.session.add(record)
    work.session.flush()
    return record
