"""Quotations, price lists, policy and promises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "sales_0003"
down_revision = "sales_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _terms()
    _promises()
    _offers()
    _answers()


def _terms() -> None:
    op.create_table(
        "sales_policy",
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("discount_limit", types.Precise(), nullable=False),
        sa.Column("price_age_h", sa.Integer(), nullable=False),
        sa.Column("stock_age_h", sa.Integer(), nullable=False),
        sa.Column("old_facts", sa.String(length=32), nullable=False),
        sa.Column("credit", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_policy_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_policy")),
        sa.UniqueConstraint("company_id", name=op.f("uq_sales_policy_company_id")),
    )
    op.create_index(
        op.f("ix_sales_policy_company_id"), "sales_policy", ["company_id"], unique=False
    )
    op.create_table(
        "sales_price_list",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_price_list_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_price_list")),
    )
    op.create_index(
        op.f("ix_sales_price_list_company_id"), "sales_price_list", ["company_id"], unique=False
    )
    op.create_index(
        "ix_sales_price_list_company_id_name",
        "sales_price_list",
        ["company_id", "name"],
        unique=False,
    )
    op.create_table(
        "sales_discount_limit",
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=64), nullable=True),
        sa.Column("percent", types.Precise(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_discount_limit_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_sales_discount_limit_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_discount_limit")),
        sa.UniqueConstraint(
            "company_id", "role", name=op.f("uq_sales_discount_limit_company_id_role")
        ),
        sa.UniqueConstraint(
            "company_id", "user_id", name=op.f("uq_sales_discount_limit_company_id_user_id")
        ),
    )
    op.create_index(
        op.f("ix_sales_discount_limit_company_id"),
        "sales_discount_limit",
        ["company_id"],
        unique=False,
    )
    op.create_table(
        "sales_price_rule",
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("minimum", types.Precise(), nullable=False),
        sa.Column("unit_price", types.Precise(), nullable=True),
        sa.Column("discount", types.Precise(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["sales_price_list.id"],
            name=op.f("fk_sales_price_rule_price_list_id"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_price_rule_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_price_rule")),
    )
    op.create_index(
        op.f("ix_sales_price_rule_price_list_id"),
        "sales_price_rule",
        ["price_list_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sales_price_rule_product_id"), "sales_price_rule", ["product_id"], unique=False
    )
    op.create_table(
        "sales_price_list_customer",
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["contacts_party.id"],
            name=op.f("fk_sales_price_list_customer_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["sales_price_list.id"],
            name=op.f("fk_sales_price_list_customer_price_list_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_price_list_customer")),
        sa.UniqueConstraint(
            "price_list_id",
            "customer_id",
            name=op.f("uq_sales_price_list_customer_price_list_id_customer_id"),
        ),
    )
    op.create_index(
        op.f("ix_sales_price_list_customer_customer_id"),
        "sales_price_list_customer",
        ["customer_id"],
        unique=False,
    )


def _promises() -> None:
    op.create_table(
        "sales_promise",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", types.Precise(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("promised_price", types.Precise(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("invoiced_price", types.Precise(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_promise_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["contacts_party.id"], name=op.f("fk_sales_promise_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_promise_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_promise_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_promise")),
        sa.UniqueConstraint(
            "order_id", "position", "kind", name=op.f("uq_sales_promise_order_id_position_kind")
        ),
    )
    op.create_index(
        op.f("ix_sales_promise_company_id"), "sales_promise", ["company_id"], unique=False
    )
    op.create_index(
        "ix_sales_promise_customer_id_state",
        "sales_promise",
        ["customer_id", "state"],
        unique=False,
    )
    op.create_index(
        "ix_sales_promise_state_promised_on",
        "sales_promise",
        ["state", "promised_on"],
        unique=False,
    )


def _offers() -> None:
    op.create_table(
        "sales_quotation",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_quotation_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["contacts_party.id"], name=op.f("fk_sales_quotation_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_quotation_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_quotation_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quotation")),
        sa.UniqueConstraint(
            "company_id", "number", name=op.f("uq_sales_quotation_company_id_number")
        ),
        sa.UniqueConstraint("order_id", name=op.f("uq_sales_quotation_order_id")),
    )
    op.create_index(
        op.f("ix_sales_quotation_company_id"), "sales_quotation", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_quotation_customer_id"), "sales_quotation", ["customer_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_quotation_opportunity_id"),
        "sales_quotation",
        ["opportunity_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sales_quotation_owner_id"), "sales_quotation", ["owner_id"], unique=False
    )
    op.create_table(
        "sales_quotation_version",
        sa.Column("quotation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("discount", types.Precise(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("tax", types.Amount(), nullable=False),
        sa.Column("given_away", types.Precise(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", types.UtcDateTime(), nullable=True),
        sa.Column("asked_why", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("sent_to", sa.Text(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["core_user.id"], name=op.f("fk_sales_quotation_version_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_quotation_version_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["core_user.id"], name=op.f("fk_sales_quotation_version_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["quotation_id"],
            ["sales_quotation.id"],
            name=op.f("fk_sales_quotation_version_quotation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quotation_version")),
        sa.UniqueConstraint(
            "quotation_id",
            "revision",
            name=op.f("uq_sales_quotation_version_quotation_id_revision"),
        ),
    )
    op.create_index(
        op.f("ix_sales_quotation_version_company_id"),
        "sales_quotation_version",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sales_quotation_version_quotation_id"),
        "sales_quotation_version",
        ["quotation_id"],
        unique=False,
    )
    op.create_index(
        "ix_sales_quotation_version_state_valid_until",
        "sales_quotation_version",
        ["state", "valid_until"],
        unique=False,
    )
    op.create_table(
        "sales_quotation_line",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quantity", types.Precise(), nullable=False),
        sa.Column("uom", sa.String(length=8), nullable=False),
        sa.Column("erp_price", types.Precise(), nullable=True),
        sa.Column("price_list", sa.Text(), nullable=False),
        sa.Column("price_source", sa.String(length=64), nullable=False),
        sa.Column("price_known_until", types.UtcDateTime(), nullable=False),
        sa.Column("own_price", types.Precise(), nullable=True),
        sa.Column("discount_kind", sa.String(length=32), nullable=True),
        sa.Column("discount_value", types.Precise(), nullable=True),
        sa.Column("unit_price", types.Precise(), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("taxes", types.PLAIN, nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_quotation_line_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["sales_quotation_version.id"],
            name=op.f("fk_sales_quotation_line_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quotation_line")),
        sa.UniqueConstraint(
            "version_id", "position", name=op.f("uq_sales_quotation_line_version_id_position")
        ),
    )


def _answers() -> None:
    op.create_table(
        "sales_quotation_answer",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=400), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_quotation_answer_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["core_user.id"], name=op.f("fk_sales_quotation_answer_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["sales_quotation_version.id"],
            name=op.f("fk_sales_quotation_answer_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quotation_answer")),
        sa.UniqueConstraint("version_id", name=op.f("uq_sales_quotation_answer_version_id")),
    )
    op.create_index(
        op.f("ix_sales_quotation_answer_company_id"),
        "sales_quotation_answer",
        ["company_id"],
        unique=False,
    )
    op.create_table(
        "sales_quotation_link",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["sales_quotation_version.id"],
            name=op.f("fk_sales_quotation_link_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quotation_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sales_quotation_link_token_hash")),
    )
    op.create_index(
        op.f("ix_sales_quotation_link_version_id"),
        "sales_quotation_link",
        ["version_id"],
        unique=False,
    )
    op.create_table(
        "sales_quotation_paper",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("unshown", sa.Text(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["sales_quotation_version.id"],
            name=op.f("fk_sales_quotation_paper_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quotation_paper")),
        sa.UniqueConstraint("version_id", name=op.f("uq_sales_quotation_paper_version_id")),
    )
