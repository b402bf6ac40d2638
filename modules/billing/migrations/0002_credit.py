"""How much the ERP trusts customers with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "billing_0002"
down_revision = "billing_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_credit",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credit_limit", types.Amount(), nullable=True),
        sa.Column("used", types.Amount(), nullable=False),
        sa.Column("overdue", types.Amount(), nullable=False),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_billing_credit_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["contacts_party.id"], name=op.f("fk_billing_credit_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_credit")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_billing_credit_customer_id")),
    )
    op.create_index(
        op.f("ix_billing_credit_company_id"), "billing_credit", ["company_id"], unique=False
    )
    op.create_index(
        "ix_billing_credit_source_external_id",
        "billing_credit",
        ["source", "external_id"],
        unique=False,
    )
