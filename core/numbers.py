"""Numbers people read: ``SO-2026-00017``. Never keys, and never reused."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Base
from core.db.upsert import insert_into
from core.work import UnitOfWork


class Sequence(Base):
    __tablename__ = "core_sequence"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("core_company.id"), primary_key=True)
    #: ``SO-2026``
    prefix: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int]


def next_number(work: UnitOfWork, company_id: UUID, series: str) -> str:
    """The next number of the series this year, for example of ``SO``.

    Its row stays locked until the transaction ends: no number is given twice, and one of a
    transaction that fails is given again.
    """
    prefix = f"{series}-{utcnow().year}"
    statement = (
        insert_into(Sequence, work.session)
        .values(company_id=company_id, prefix=prefix, last=1)
        .on_conflict_do_update(
            index_elements=["company_id", "prefix"], set_={"last": Sequence.last + 1}
        )
        .returning(Sequence.last)
    )
    last: int = work.session.execute(statement).scalar_one()
    return f"{prefix}-{last:05}"
