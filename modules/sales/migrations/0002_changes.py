"""Changes asked for of orders the ERP has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "sales_0002"
down_revision = "sales_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_order_change",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("lines", types.PLAIN, nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("tax", types.Amount(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_order_change_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_order_change_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_change")),
    )
    op.create_index(
        op.f("ix_sales_order_change_company_id"), "sales_order_change", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_order_change_order_id"), "sales_order_change", ["order_id"], unique=False
    )
