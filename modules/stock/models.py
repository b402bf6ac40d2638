"""Stock levels as the ERP reports them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Mirrored, Owned, Record
from core.db.types import Precise


class StockLevel(Owned, Mirrored, Record):
    """How much of a product lies in one warehouse. ``observed_at`` is when the ERP said so."""

    __tablename__ = "stock_level"
    __table_args__ = (
        UniqueConstraint("product_id", "warehouse"),
        Index("ix_stock_level_source_external_id", "source", "external_id"),
    )

    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    #: The warehouse as people know it in the ERP: its code or name.
    warehouse: Mapped[str]
    on_hand: Mapped[Decimal] = mapped_column(Precise)
    #: On hand less what is promised, plus what is due in; may be negative. None: not said.
    available: Mapped[Decimal | None] = mapped_column(Precise)
    uom: Mapped[str] = mapped_column(String(8))
    #: The ERP's own key of the level: a sweep compares these, since levels have no bindings. None
    #: until it was read once.
    external_id: Mapped[str | None] = mapped_column(String(128))
