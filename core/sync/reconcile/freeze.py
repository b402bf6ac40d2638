"""Freezing a comparison: the statement with its days and differences, sealed by a hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from sqlalchemy import select

from core.clock import utcnow
from core.codec import canonical
from core.sync.models import Connection
from core.sync.reconcile.compare import Difference
from core.sync.reconcile.line import Line, plain
from core.sync.reconcile.models import Statement, StatementDifference, StatementLine
from core.sync.reconcile.run import KindCompared
from core.work import UnitOfWork

#: Differences of one kind that are named; the others are counted. So many are no drift any more.
MOST_NAMED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Of what, and by whom, a statement is. ``there`` is the ERP's name and version."""

    first: date
    last: date
    by: str
    there: str


def freeze(
    work: UnitOfWork, connection: Connection, made: Made, compared: Sequence[KindCompared]
) -> Statement:
    """Written in the caller's transaction: whole, or not at all."""
    statement = Statement(
        company_id=connection.company_id,
        connection_id=connection.id,
        connection=connection.name,
        here=f"Tandem {version('tandem-crm')}",
        there=made.there,
        first=made.first,
        last=made.last,
        made_at=utcnow(),
        made_by=made.by,
        agrees=all(one.agrees for one in compared),
        differences=sum(len(one.differences) for one in compared),
        kinds=[_summary(one) for one in compared],
    )
    lines = [line for one in compared for line in _lines(one)]
    named = [row for one in compared for row in _differences(one, connection)]
    statement.hash = seal(statement, lines, named)
    work.session.add(statement)
    work.session.flush()
    for line in lines:
        line.statement_id = statement.id
    for row in named:
        row.statement_id = statement.id
    work.session.add_all([*lines, *named])
    work.session.flush()
    return statement


def is_intact(work: UnitOfWork, statement: Statement) -> bool:
    """Whether it still says what it said when it was made."""
    lines = work.session.scalars(
        select(StatementLine).where(StatementLine.statement_id == statement.id)
    ).all()
    named = work.session.scalars(
        select(StatementDifference).where(StatementDifference.statement_id == statement.id)
    ).all()
    return seal(statement, lines, named) == statement.hash


def seal(
    statement: Statement, lines: Sequence[StatementLine], named: Sequence[StatementDifference]
) -> str:
    """Of all that it says, in whatever order: another day, amount or word is another hash."""
    head = ("connection", "here", "there", "first", "last", "made_at", "made_by", "kinds")
    said = canonical([getattr(statement, name) for name in head])
    days = (canonical([line.kind, line.day, line.ours, line.theirs, line.agrees]) for line in lines)
    facts = ("kind", "what", "remedy", "name", "external_id", "ours", "theirs", "note")
    differences = (canonical([getattr(row, name) for name in facts]) for row in named)
    return sha256(b"\n".join([said, *sorted(days), *sorted(differences)])).hexdigest()


def _summary(compared: KindCompared) -> dict[str, Any]:
    control = compared.control
    return {
        "kind": compared.kind,
        "how": compared.how,
        "agrees": compared.agrees,
        "whole": compared.whole,
        "differences": len(compared.differences),
        "ours": compared.ours.plain(),
        "theirs": compared.theirs.plain(),
        "control": control.plain() if control else None,
    }


def _lines(compared: KindCompared) -> Iterator[StatementLine]:
    for one in compared.days:
        yield StatementLine(
            kind=compared.kind,
            day=one.day,
            ours=one.ours.plain(),
            theirs=one.theirs.plain(),
            agrees=one.agrees,
        )


def _differences(compared: KindCompared, connection: Connection) -> Iterator[StatementDifference]:
    def order(one: Difference) -> tuple[date, str]:
        return one.day or date.min, _named(one).name

    for one in sorted(compared.differences, key=order)[:MOST_NAMED]:
        yield StatementDifference(
            company_id=connection.company_id,
            kind=compared.kind,
            day=one.day,
            what=one.what,
            remedy=one.remedy,
            name=_named(one).name,
            external_id=one.external_id,
            local_id=one.ours.local_id if one.ours else None,
            ours=_side(one.ours),
            theirs=_side(one.theirs),
            note=one.note,
        )


def _named(difference: Difference) -> Line:
    found = difference.ours or difference.theirs
    if found is None:
        raise ValueError("a difference of nothing")
    return found


def _side(line: Line | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {
        "id": line.key,
        "number": line.number,
        "day": line.day.isoformat() if line.day else None,
        "unit": line.unit,
        "net": None if line.net is None else plain(line.net),
        "total": None if line.total is None else plain(line.total),
        "state": line.state,
        "words": line.words,
        "reference": line.reference,
    }
