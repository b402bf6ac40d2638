"""Planned next steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "contacts_0003"
down_revision = "contacts_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contacts_activity",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("about_kind", sa.String(length=64), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("link", sa.String(length=120), nullable=True),
        sa.Column("link_params", types.PLAIN, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["core_user.id"], name=op.f("fk_contacts_activity_assignee_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_activity_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["contacts_interaction.id"],
            name=op.f("fk_contacts_activity_interaction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_activity_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_activity")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_contacts_activity_company_id_key")),
    )
    op.create_index(
        "ix_contacts_activity_about_kind_about_id",
        "contacts_activity",
        ["about_kind", "about_id"],
        unique=False,
    )
    op.create_index(
        "ix_contacts_activity_assignee_id_closed_at_due_at",
        "contacts_activity",
        ["assignee_id", "closed_at", "due_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_activity_company_id"), "contacts_activity", ["company_id"], unique=False
    )
    op.create_index(
        "ix_contacts_activity_party_id_closed_at_due_at",
        "contacts_activity",
        ["party_id", "closed_at", "due_at"],
        unique=False,
    )
