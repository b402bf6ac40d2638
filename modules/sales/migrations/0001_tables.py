"""The tables of sales."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "sales_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_order",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("client_reference", sa.String(length=128), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("fulfilment", sa.String(length=32), nullable=False),
        sa.Column("billing", sa.String(length=32), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("tax", types.Amount(), nullable=False),
        sa.Column("tax_is_estimate", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_order_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["contacts_party.id"], name=op.f("fk_sales_order_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint(
            "company_id",
            "client_reference",
            name=op.f("uq_sales_order_company_id_client_reference"),
        ),
        sa.UniqueConstraint(
            "company_id", "source", "number", name=op.f("uq_sales_order_company_id_source_number")
        ),
    )
    op.create_index(op.f("ix_sales_order_company_id"), "sales_order", ["company_id"], unique=False)
    op.create_index(
        "ix_sales_order_customer_id_ordered_on",
        "sales_order",
        ["customer_id", "ordered_on"],
        unique=False,
    )
    op.create_table(
        "sales_order_line",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quantity", types.Precise(), nullable=False),
        sa.Column("uom", sa.String(length=8), nullable=False),
        sa.Column("unit_price", types.Precise(), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("taxes", types.PLAIN, nullable=False),
        sa.Column("shipped", types.Precise(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_order_line_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_order_line_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_line")),
        sa.UniqueConstraint(
            "order_id", "position", name=op.f("uq_sales_order_line_order_id_position")
        ),
    )
    op.create_table(
        "sales_shipment",
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("shipped_on", sa.Date(), nullable=True),
        sa.Column("tracking", sa.Text(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_shipment_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["contacts_party.id"], name=op.f("fk_sales_shipment_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_shipment_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_shipment")),
    )
    op.create_index(
        op.f("ix_sales_shipment_company_id"), "sales_shipment", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_shipment_customer_id"), "sales_shipment", ["customer_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_shipment_order_id"), "sales_shipment", ["order_id"], unique=False
    )
    op.create_table(
        "sales_shipment_line",
        sa.Column("shipment_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", types.Precise(), nullable=False),
        sa.Column("uom", sa.String(length=8), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_shipment_line_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["sales_shipment.id"], name=op.f("fk_sales_shipment_line_shipment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_shipment_line")),
    )
    op.create_index(
        op.f("ix_sales_shipment_line_shipment_id"),
        "sales_shipment_line",
        ["shipment_id"],
        unique=False,
    )
