"""The tables of loyalty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "loyalty_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _programme()
    _earning_rule()
    _tier()
    _member()
    _reward()
    _lot()
    _merger()
    _posting()
    _tier_step()
    _credit()
    _lot_use()
    _voucher()
    _make_final("loyalty_posting")


def _programme() -> None:
    op.create_table(
        "loyalty_programme",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("enrolment", sa.String(length=32), nullable=False),
        sa.Column("return_days", sa.Integer(), nullable=False),
        sa.Column("expiry_months", sa.Integer(), nullable=False),
        sa.Column("qualify_months", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("point_value", types.Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_programme_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_programme")),
        sa.UniqueConstraint("company_id", name="uq_loyalty_programme_company"),
    )
    op.create_index(
        op.f("ix_loyalty_programme_company_id"), "loyalty_programme", ["company_id"], unique=False
    )


def _earning_rule() -> None:
    op.create_table(
        "loyalty_earning_rule",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("points", types.Precise(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("minimum", types.Amount(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_earning_rule_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_loyalty_earning_rule_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["loyalty_programme.id"],
            name=op.f("fk_loyalty_earning_rule_programme_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_earning_rule")),
    )
    op.create_index(
        op.f("ix_loyalty_earning_rule_company_id"),
        "loyalty_earning_rule",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_loyalty_earning_rule_programme_id"),
        "loyalty_earning_rule",
        ["programme_id"],
        unique=False,
    )


def _tier() -> None:
    op.create_table(
        "loyalty_tier",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("earn_percent", sa.Integer(), nullable=False),
        sa.Column("price_list", sa.String(length=120), nullable=False),
        sa.Column("benefits", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("threshold > 0", name=op.f("ck_loyalty_tier_threshold_is_positive")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_tier_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["loyalty_programme.id"], name=op.f("fk_loyalty_tier_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_tier")),
        sa.UniqueConstraint(
            "programme_id", "threshold", name=op.f("uq_loyalty_tier_programme_id_threshold")
        ),
    )
    op.create_index(
        op.f("ix_loyalty_tier_company_id"), "loyalty_tier", ["company_id"], unique=False
    )


def _member() -> None:
    op.create_table(
        "loyalty_member",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("escrow", sa.Integer(), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("lifetime", sa.Integer(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("standing", sa.String(length=32), nullable=False),
        sa.Column("tier_since", sa.Date(), nullable=True),
        sa.Column("tier_until", sa.Date(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("escrow >= 0", name=op.f("ck_loyalty_member_escrow_is_not_negative")),
        sa.CheckConstraint("owed >= 0", name=op.f("ck_loyalty_member_owed_is_not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_member_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["loyalty_member.id"], name=op.f("fk_loyalty_member_merged_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_loyalty_member_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["loyalty_programme.id"], name=op.f("fk_loyalty_member_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"], ["loyalty_tier.id"], name=op.f("fk_loyalty_member_tier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_member")),
        sa.UniqueConstraint(
            "company_id", "number", name=op.f("uq_loyalty_member_company_id_number")
        ),
        sa.UniqueConstraint(
            "programme_id", "party_id", name=op.f("uq_loyalty_member_programme_id_party_id")
        ),
    )
    op.create_index(
        "ix_loyalty_member_balance_id", "loyalty_member", ["balance", "id"], unique=False
    )
    op.create_index(
        op.f("ix_loyalty_member_company_id"), "loyalty_member", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_loyalty_member_party_id"), "loyalty_member", ["party_id"], unique=False
    )
    op.create_index(op.f("ix_loyalty_member_state"), "loyalty_member", ["state"], unique=False)
    op.create_index(op.f("ix_loyalty_member_tier_id"), "loyalty_member", ["tier_id"], unique=False)
    op.create_index(
        op.f("ix_loyalty_member_tier_until"), "loyalty_member", ["tier_until"], unique=False
    )


def _reward() -> None:
    op.create_table(
        "loyalty_reward",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", types.Amount(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_loyalty_reward_points_are_positive")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_reward_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_loyalty_reward_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["loyalty_programme.id"], name=op.f("fk_loyalty_reward_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"], ["loyalty_tier.id"], name=op.f("fk_loyalty_reward_tier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_reward")),
    )
    op.create_index(
        op.f("ix_loyalty_reward_company_id"), "loyalty_reward", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_loyalty_reward_programme_id"), "loyalty_reward", ["programme_id"], unique=False
    )


def _lot() -> None:
    op.create_table(
        "loyalty_lot",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("reversed", sa.Integer(), nullable=False),
        sa.Column("lapsed", sa.Integer(), nullable=False),
        sa.Column("qualifying", sa.Boolean(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("available_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            '"left" >= 0 AND reversed >= 0 AND lapsed >= 0 '
            'AND "left" + lapsed + reversed <= points',
            name=op.f("ck_loyalty_lot_holds_what_came"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_lot_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["loyalty_member.id"], name=op.f("fk_loyalty_lot_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_lot")),
        sa.UniqueConstraint("source", "rule", name=op.f("uq_loyalty_lot_source_rule")),
    )
    op.create_index(op.f("ix_loyalty_lot_company_id"), "loyalty_lot", ["company_id"], unique=False)
    op.create_index(
        "ix_loyalty_lot_member_id_state", "loyalty_lot", ["member_id", "state"], unique=False
    )
    op.create_index(
        "ix_loyalty_lot_state_available_on", "loyalty_lot", ["state", "available_on"], unique=False
    )
    op.create_index(
        "ix_loyalty_lot_state_expires_on", "loyalty_lot", ["state", "expires_on"], unique=False
    )


def _merger() -> None:
    op.create_table(
        "loyalty_merger",
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("lots", types.PLAIN, nullable=False),
        sa.Column("vouchers", types.PLAIN, nullable=False),
        sa.Column("merged_at", types.UtcDateTime(), nullable=False),
        sa.Column("undone_at", types.UtcDateTime(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_merger_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["loyalty_member.id"], name=op.f("fk_loyalty_merger_kept_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["loyalty_member.id"], name=op.f("fk_loyalty_merger_merged_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_merger")),
    )
    op.create_index(
        op.f("ix_loyalty_merger_company_id"), "loyalty_merger", ["company_id"], unique=False
    )
    op.create_index(op.f("ix_loyalty_merger_kept_id"), "loyalty_merger", ["kept_id"], unique=False)
    op.create_index(
        op.f("ix_loyalty_merger_merged_id"), "loyalty_merger", ["merged_id"], unique=False
    )


def _posting() -> None:
    op.create_table(
        "loyalty_posting",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("escrow", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("redeemed", sa.Integer(), nullable=False),
        sa.Column("expired", sa.Integer(), nullable=False),
        sa.Column("breakage", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("posted_at", types.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "member + escrow + issued + redeemed + expired + breakage = 0",
            name=op.f("ck_loyalty_posting_balances"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_posting_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["loyalty_member.id"], name=op.f("fk_loyalty_posting_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_posting")),
        sa.UniqueConstraint("source", "rule", name=op.f("uq_loyalty_posting_source_rule")),
    )
    op.create_index(
        op.f("ix_loyalty_posting_company_id"), "loyalty_posting", ["company_id"], unique=False
    )
    op.create_index(
        "ix_loyalty_posting_member_id_id", "loyalty_posting", ["member_id", "id"], unique=False
    )


def _tier_step() -> None:
    op.create_table(
        "loyalty_tier_step",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("stepped_on", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_tier_step_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["loyalty_member.id"], name=op.f("fk_loyalty_tier_step_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"], ["loyalty_tier.id"], name=op.f("fk_loyalty_tier_step_tier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_tier_step")),
    )
    op.create_index(
        op.f("ix_loyalty_tier_step_company_id"), "loyalty_tier_step", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_loyalty_tier_step_member_id"), "loyalty_tier_step", ["member_id"], unique=False
    )


def _credit() -> None:
    op.create_table(
        "loyalty_credit",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_credit_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["billing_invoice.id"], name=op.f("fk_loyalty_credit_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["billing_invoice.id"], name=op.f("fk_loyalty_credit_invoice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_credit")),
        sa.UniqueConstraint("document_id", name=op.f("uq_loyalty_credit_document_id")),
    )
    op.create_index(
        op.f("ix_loyalty_credit_company_id"), "loyalty_credit", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_loyalty_credit_invoice_id"), "loyalty_credit", ["invoice_id"], unique=False
    )


def _lot_use() -> None:
    op.create_table(
        "loyalty_lot_use",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_lot_use_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["loyalty_lot.id"], name=op.f("fk_loyalty_lot_use_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["loyalty_posting.id"], name=op.f("fk_loyalty_lot_use_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_lot_use")),
    )
    op.create_index(
        op.f("ix_loyalty_lot_use_company_id"), "loyalty_lot_use", ["company_id"], unique=False
    )
    op.create_index(op.f("ix_loyalty_lot_use_lot_id"), "loyalty_lot_use", ["lot_id"], unique=False)
    op.create_index(
        op.f("ix_loyalty_lot_use_posting_id"), "loyalty_lot_use", ["posting_id"], unique=False
    )


def _voucher() -> None:
    op.create_table(
        "loyalty_voucher",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("reward_id", sa.Uuid(), nullable=True),
        sa.Column("posting_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", types.Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("used_at", types.UtcDateTime(), nullable=True),
        sa.Column("discount", types.Amount(), nullable=False),
        sa.Column("prices", types.PLAIN, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_loyalty_voucher_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["loyalty_member.id"], name=op.f("fk_loyalty_voucher_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_loyalty_voucher_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["loyalty_posting.id"], name=op.f("fk_loyalty_voucher_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_loyalty_voucher_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["reward_id"], ["loyalty_reward.id"], name=op.f("fk_loyalty_voucher_reward_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loyalty_voucher")),
        sa.UniqueConstraint("code", name=op.f("uq_loyalty_voucher_code")),
        sa.UniqueConstraint("key", name=op.f("uq_loyalty_voucher_key")),
    )
    op.create_index(
        op.f("ix_loyalty_voucher_company_id"), "loyalty_voucher", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_loyalty_voucher_member_id"), "loyalty_voucher", ["member_id"], unique=False
    )
    op.create_index(
        op.f("ix_loyalty_voucher_order_id"), "loyalty_voucher", ["order_id"], unique=False
    )
    op.create_index(
        "ix_loyalty_voucher_state_expires_on",
        "loyalty_voucher",
        ["state", "expires_on"],
        unique=False,
    )


def _make_final(table: str) -> None:
    """Rows of the ledger are written once: the database refuses to change or delete one."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_final() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'a posting is never changed'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_is_final()"
    )
