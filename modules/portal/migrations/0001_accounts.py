"""Accounts and visits of customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "portal_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portal_account",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("invitation_hash", sa.String(length=64), nullable=True),
        sa.Column("invitation_ends", types.UtcDateTime(), nullable=True),
        sa.Column("accepted_at", types.UtcDateTime(), nullable=True),
        sa.Column("seen_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_portal_account_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_portal_account_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_account")),
        sa.UniqueConstraint("email", name=op.f("uq_portal_account_email")),
        sa.UniqueConstraint("invitation_hash", name=op.f("uq_portal_account_invitation_hash")),
    )
    op.create_index(
        op.f("ix_portal_account_company_id"), "portal_account", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_portal_account_party_id"), "portal_account", ["party_id"], unique=False
    )
    op.create_table(
        "portal_visit",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["portal_account.id"],
            name=op.f("fk_portal_visit_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_visit")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_portal_visit_secret_hash")),
    )
    op.create_index(
        op.f("ix_portal_visit_account_id"), "portal_visit", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_portal_visit_expires_at"), "portal_visit", ["expires_at"], unique=False
    )
