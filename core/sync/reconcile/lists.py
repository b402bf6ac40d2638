"""Statements and differences as people and programs list them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.api.listing import Listing
from core.companies import visible
from core.sync.models import Connection
from core.sync.reconcile.models import (
    Reconciliation,
    RunState,
    Statement,
    StatementDifference,
    StatementLine,
)
from core.work import UnitOfWork

#: Days of one statement shown at once: a year of one kind.
_MOST_DAYS = 370
#: Runs that are told of beside the list.
_MOST_RUNS = 5

STATEMENTS = Listing(
    name="statements",
    statement=select(
        Statement.id,
        Statement.connection_id,
        Statement.connection,
        Statement.first,
        Statement.last,
        Statement.agrees,
        Statement.differences,
        Statement.kinds,
        Statement.made_at,
        Statement.made_by,
        Statement.here,
        Statement.there,
        Statement.hash,
        Statement.company_id,
    ),
    sorts={"made_at": Statement.made_at, "first": Statement.first},
    default="-made_at",
    filters={
        "connection_id": Statement.connection_id,
        "agrees": Statement.agrees,
        "first": Statement.first,
        "last": Statement.last,
    },
)
DIFFERENCES = Listing(
    name="differences",
    statement=select(
        StatementDifference.id,
        StatementDifference.statement_id,
        StatementDifference.kind,
        StatementDifference.day,
        StatementDifference.what,
        StatementDifference.remedy,
        StatementDifference.name,
        StatementDifference.external_id,
        StatementDifference.local_id,
        StatementDifference.ours,
        StatementDifference.theirs,
        StatementDifference.note,
        StatementDifference.company_id,
    ),
    sorts={"day": StatementDifference.day, "name": StatementDifference.name},
    default="day",
    filters={
        "statement_id": StatementDifference.statement_id,
        "kind": StatementDifference.kind,
        "day": StatementDifference.day,
        "what": StatementDifference.what,
        "remedy": StatementDifference.remedy,
    },
)


def days_of(
    work: UnitOfWork, statement: Statement, *, kind: str | None = None
) -> Sequence[StatementLine]:
    """Of one kind all days, of all kinds those that differ; in order."""
    wanted = select(StatementLine).where(StatementLine.statement_id == statement.id)
    narrowed = StatementLine.kind == kind if kind else StatementLine.agrees.is_(False)
    ordered = wanted.where(narrowed).order_by(StatementLine.kind, StatementLine.day)
    return work.session.scalars(ordered.limit(_MOST_DAYS)).all()


def runs(work: UnitOfWork) -> Sequence[tuple[Reconciliation, str]]:
    """What is under way, and what failed and was not made since; with the connection's name."""
    later = (
        select(Statement.id)
        .where(
            Statement.connection_id == Reconciliation.connection_id,
            Statement.first == Reconciliation.first,
            Statement.last == Reconciliation.last,
            Statement.made_at > Reconciliation.asked_at,
        )
        .exists()
    )
    found = (
        select(Reconciliation, Connection.name)
        .join(Connection, Connection.id == Reconciliation.connection_id)
        .where(Reconciliation.state != RunState.DONE, ~later)
        .order_by(Reconciliation.asked_at.desc())
        .limit(_MOST_RUNS)
    )
    return [(run, name) for run, name in work.session.execute(visible(work, found))]
