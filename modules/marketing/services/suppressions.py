"""The list of addresses that get no marketing mail at all."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from core.api.listing import Listing
from core.companies import fetch, home
from core.db.upsert import insert_into
from core.ids import new_id
from core.mail.message import check_address
from core.work import UnitOfWork
from modules.marketing.models import Suppression
from modules.marketing.rules.states import SuppressionReason

SUPPRESSIONS = Listing(
    name="suppressions",
    statement=select(
        Suppression.id,
        Suppression.address,
        Suppression.reason,
        Suppression.note,
        Suppression.at,
        Suppression.company_id,
    ),
    sorts={"at": Suppression.at, "address": Suppression.address},
    default="-at",
    filters={"reason": Suppression.reason, "address": Suppression.address},
    search=lambda text: Suppression.address.contains(text.strip().lower(), autoescape=True),
)


def suppress(
    work: UnitOfWork,
    address: str,
    reason: SuppressionReason,
    *,
    note: str = "",
    company_id: UUID | None = None,
) -> None:
    """From now on nothing goes there. An address that is on the list keeps its first reason."""
    tidy = address.strip().lower()
    check_address(tidy)
    row = {
        "id": new_id(),
        "company_id": company_id or home(work),
        "address": tidy,
        "reason": reason,
        "note": note[:500],
    }
    insert = insert_into(Suppression, work.session).values(row)
    work.session.execute(insert.on_conflict_do_nothing(index_elements=["company_id", "address"]))


def found(work: UnitOfWork, address: str, company_id: UUID) -> Suppression | None:
    same = (Suppression.company_id == company_id, Suppression.address == address.strip().lower())
    return work.session.scalar(select(Suppression).where(*same))


def lift(work: UnitOfWork, suppression_id: UUID) -> str:
    """Take it off the list; answers the address. Consents stay as they are."""
    found = fetch(work, Suppression, suppression_id, lock=True)
    work.session.delete(found)
    return found.address


def lift_own(work: UnitOfWork, address: str, company_id: UUID) -> None:
    """Somebody agreed anew: what they themselves had asked for is undone, a bounce is not."""
    own = Suppression.reason == SuppressionReason.UNSUBSCRIBED
    same = (Suppression.company_id == company_id, Suppression.address == address.lower())
    work.session.execute(delete(Suppression).where(own, *same))
