"""Products and taxes as the ERP gives them: mirrors, written by nobody here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Currency, Mirrored, Owned, Record
from core.db.types import Precise


class Tax(Owned, Mirrored, Record):
    __tablename__ = "catalog_tax"

    name: Mapped[str]
    #: Per cent of the net amount.
    rate: Mapped[Decimal] = mapped_column(Precise)
    active: Mapped[bool]


class Product(Owned, Mirrored, Record):
    """Something we sell.

    ``sku`` is unique among the active ones of a company, if the ERP sees to that. An archived
    product keeps its row, since orders refer to it.
    """

    __tablename__ = "catalog_product"
    __table_args__ = (
        Index("ix_catalog_product_company_id_sku", "company_id", "sku"),
        Index("ix_catalog_product_company_id_name", "company_id", "name"),
    )

    sku: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    #: UN/ECE Recommendation 20 code of the unit it is sold in.
    uom: Mapped[str] = mapped_column(String(8))
    #: Decimals a quantity of it may have; None when the ERP does not say.
    quantity_places: Mapped[int | None]
    #: List price per unit, before tax. None when the ERP has none.
    unit_price: Mapped[Decimal | None] = mapped_column(Precise)
    currency: Mapped[str | None] = mapped_column(Currency)
    #: Ids of ``Tax`` a sale of it carries by default, as strings.
    taxes: Mapped[list[Any]]
    stocked: Mapped[bool]
    active: Mapped[bool]

    @property
    def tax_ids(self) -> list[UUID]:
        return [UUID(key) for key in self.taxes]
