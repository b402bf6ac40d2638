"""Credit of customers as the ERP gives it: facts without effects, so they come in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from core.db.bulk import Upsert
from core.sync.documents import CreditStatus
from core.sync.exchange import Arrived, Bindings, Counts, Gone
from core.sync.references import all_known
from core.work import UnitOfWork
from modules.billing.models import Credit
from modules.contacts.kinds import PARTY

_CREDITS = Upsert(
    Credit.__table__,  # type: ignore[arg-type]  # a mapped class's table is a Table
    key=("customer_id",),
    keep=("company_id",),
    stamps=("observed_at",),
)


def apply_credits(
    work: UnitOfWork, arrived: Sequence[Arrived[CreditStatus]], bindings: Bindings
) -> Counts:
    customers = all_known(bindings, PARTY, (item.document.party for item in arrived))
    mark = {
        "company_id": bindings.company_id,
        "source": bindings.connection_name,
        "observed_at": work.observed_at,
    }
    rows = [_row(item, customers) for item in arrived]
    written = _CREDITS.run(work.session, rows, same=mark)
    return Counts(written=written, unchanged=len(rows) - written)


def remove_credits(work: UnitOfWork, gone: Sequence[Gone], bindings: Bindings) -> None:
    """What the ERP has no more is no credit of zero."""
    work.session.execute(
        delete(Credit).where(
            Credit.source == bindings.connection_name,
            Credit.external_id.in_([item.external_id for item in gone]),
        )
    )


def _row(arrived: Arrived[CreditStatus], customers: Mapping[str, UUID]) -> dict[str, Any]:
    document = arrived.document
    return {
        "customer_id": customers[document.party],
        "currency": document.used.currency,
        "credit_limit": document.limit and document.limit.amount,
        "used": document.used.amount,
        "overdue": document.overdue.amount,
        "on_hold": document.on_hold,
        "external_id": arrived.external_id,
    }
