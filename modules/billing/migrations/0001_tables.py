"""The tables of billing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "billing_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_invoice",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("tax", types.Amount(), nullable=False),
        sa.Column("open", types.Amount(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_billing_invoice_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["contacts_party.id"], name=op.f("fk_billing_invoice_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_billing_invoice_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_invoice")),
    )
    op.create_index(
        op.f("ix_billing_invoice_company_id"), "billing_invoice", ["company_id"], unique=False
    )
    op.create_index(
        "ix_billing_invoice_customer_id_issued_on",
        "billing_invoice",
        ["customer_id", "issued_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_billing_invoice_order_id"), "billing_invoice", ["order_id"], unique=False
    )
    op.create_index(op.f("ix_billing_invoice_state"), "billing_invoice", ["state"], unique=False)
    op.create_table(
        "billing_invoice_line",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quantity", types.Precise(), nullable=False),
        sa.Column("uom", sa.String(length=8), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_invoice_line_invoice_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_billing_invoice_line_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_invoice_line")),
    )
    op.create_index(
        op.f("ix_billing_invoice_line_invoice_id"),
        "billing_invoice_line",
        ["invoice_id"],
        unique=False,
    )
    op.create_table(
        "billing_payment",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_billing_payment_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["contacts_party.id"], name=op.f("fk_billing_payment_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["billing_invoice.id"], name=op.f("fk_billing_payment_invoice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_payment")),
    )
    op.create_index(
        op.f("ix_billing_payment_company_id"), "billing_payment", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_billing_payment_customer_id"), "billing_payment", ["customer_id"], unique=False
    )
    op.create_index(
        op.f("ix_billing_payment_invoice_id"), "billing_payment", ["invoice_id"], unique=False
    )
