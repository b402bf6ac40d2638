"""The tables of stock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "stock_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_level",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("on_hand", types.Precise(), nullable=False),
        sa.Column("available", types.Precise(), nullable=True),
        sa.Column("uom", sa.String(length=8), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_stock_level_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_stock_level_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_level")),
        sa.UniqueConstraint(
            "product_id", "warehouse", name=op.f("uq_stock_level_product_id_warehouse")
        ),
    )
    op.create_index(op.f("ix_stock_level_company_id"), "stock_level", ["company_id"], unique=False)
