"""The tables of analytics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "analytics_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analytics_evidence",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("happened", sa.Integer(), nullable=False),
        sa.Column("ranks", sa.Integer(), nullable=False),
        sa.Column("simple_ranks", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("tried_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_analytics_evidence_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_evidence")),
        sa.UniqueConstraint(
            "company_id", "name", name=op.f("uq_analytics_evidence_company_id_name")
        ),
    )
    op.create_index(
        op.f("ix_analytics_evidence_company_id"), "analytics_evidence", ["company_id"], unique=False
    )
    op.create_table(
        "analytics_settings",
        sa.Column("a_percent", types.Precise(), nullable=False),
        sa.Column("b_percent", types.Precise(), nullable=False),
        sa.Column("growth_percent", types.Precise(), nullable=False),
        sa.Column("least_orders", sa.Integer(), nullable=False),
        sa.Column("complaint_cost", types.Amount(), nullable=False),
        sa.Column("churn_points", sa.Integer(), nullable=False),
        sa.Column("enough", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_analytics_settings_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_settings")),
        sa.UniqueConstraint("company_id", name="uq_analytics_settings_company"),
    )
    op.create_index(
        op.f("ix_analytics_settings_company_id"), "analytics_settings", ["company_id"], unique=False
    )
    op.create_table(
        "analytics_association",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("both", sa.Integer(), nullable=False),
        sa.Column("buyers", sa.Integer(), nullable=False),
        sa.Column("other_buyers", sa.Integer(), nullable=False),
        sa.Column("everybody", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_analytics_association_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["catalog_product.id"], name=op.f("fk_analytics_association_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_analytics_association_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_association")),
        sa.UniqueConstraint(
            "company_id",
            "product_id",
            "other_id",
            name=op.f("uq_analytics_association_company_id_product_id_other_id"),
        ),
    )
    op.create_index(
        op.f("ix_analytics_association_company_id"),
        "analytics_association",
        ["company_id"],
        unique=False,
    )
    op.create_table(
        "analytics_product",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.String(length=120), nullable=False),
        sa.Column("cost", types.Precise(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_analytics_product_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_analytics_product_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_product")),
        sa.UniqueConstraint("product_id", name=op.f("uq_analytics_product_product_id")),
    )
    op.create_index(
        op.f("ix_analytics_product_company_id"), "analytics_product", ["company_id"], unique=False
    )
    op.create_table(
        "analytics_bought",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("quantity", types.Precise(), nullable=False),
        sa.Column("revenue", types.Amount(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_analytics_bought_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_analytics_bought_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_analytics_bought_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_bought")),
        sa.UniqueConstraint(
            "party_id", "product_id", name=op.f("uq_analytics_bought_party_id_product_id")
        ),
    )
    op.create_index(
        op.f("ix_analytics_bought_company_id"), "analytics_bought", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_analytics_bought_product_id"), "analytics_bought", ["product_id"], unique=False
    )
    op.create_table(
        "analytics_month",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("revenue", types.Amount(), nullable=False),
        sa.Column("costed", types.Amount(), nullable=False),
        sa.Column("cost", types.Amount(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("days", types.PLAIN, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_analytics_month_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_analytics_month_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_month")),
        sa.UniqueConstraint("party_id", "month", name=op.f("uq_analytics_month_party_id_month")),
    )
    op.create_index(
        op.f("ix_analytics_month_company_id"), "analytics_month", ["company_id"], unique=False
    )
    op.create_index(
        "ix_analytics_month_company_id_month",
        "analytics_month",
        ["company_id", "month"],
        unique=False,
    )
    op.create_table(
        "analytics_score",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("revenue", types.Amount(), nullable=False),
        sa.Column("margin", types.Amount(), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("rfm", sa.String(length=3), nullable=False),
        sa.Column("rfm_basis", sa.String(length=32), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("abc", sa.String(length=32), nullable=False),
        sa.Column("abc_margin", sa.String(length=32), nullable=True),
        sa.Column("abc_since", sa.Date(), nullable=False),
        sa.Column("value_class", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("figure", types.Amount(), nullable=False),
        sa.Column("churn", sa.Integer(), nullable=False),
        sa.Column("churn_reasons", types.PLAIN, nullable=False),
        sa.Column("rhythm", sa.String(length=32), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("days_since", sa.Integer(), nullable=False),
        sa.Column("expected_days", sa.Integer(), nullable=False),
        sa.Column("scored_on", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_analytics_score_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_analytics_score_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_score")),
        sa.UniqueConstraint("party_id", name=op.f("uq_analytics_score_party_id")),
    )
    op.create_index(
        op.f("ix_analytics_score_company_id"), "analytics_score", ["company_id"], unique=False
    )
    op.create_index(
        "ix_analytics_score_company_id_churn",
        "analytics_score",
        ["company_id", "churn"],
        unique=False,
    )
    op.create_index(
        "ix_analytics_score_company_id_revenue",
        "analytics_score",
        ["company_id", "revenue"],
        unique=False,
    )
    op.create_index(op.f("ix_analytics_score_rfm"), "analytics_score", ["rfm"], unique=False)
    op.create_index(
        op.f("ix_analytics_score_value_class"), "analytics_score", ["value_class"], unique=False
    )
