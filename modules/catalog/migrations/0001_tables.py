"""The tables of catalog."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "catalog_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_product",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("uom", sa.String(length=8), nullable=False),
        sa.Column("quantity_places", sa.Integer(), nullable=True),
        sa.Column("unit_price", types.Precise(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("taxes", types.PLAIN, nullable=False),
        sa.Column("stocked", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_catalog_product_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_product")),
    )
    op.create_index(
        op.f("ix_catalog_product_company_id"), "catalog_product", ["company_id"], unique=False
    )
    op.create_index(
        "ix_catalog_product_company_id_name",
        "catalog_product",
        ["company_id", "name"],
        unique=False,
    )
    op.create_index(
        "ix_catalog_product_company_id_sku", "catalog_product", ["company_id", "sku"], unique=False
    )
    op.create_table(
        "catalog_tax",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rate", types.Precise(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_catalog_tax_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_tax")),
    )
    op.create_index(op.f("ix_catalog_tax_company_id"), "catalog_tax", ["company_id"], unique=False)
