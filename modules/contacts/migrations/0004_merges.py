"""Parties made one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "contacts_0004"
down_revision = "contacts_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contacts_merge",
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("merged_at", types.UtcDateTime(), nullable=False),
        sa.Column("undone_at", types.UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("fields", types.PLAIN, nullable=False),
        sa.Column("copies", types.PLAIN, nullable=False),
        sa.Column("bindings", types.PLAIN, nullable=False),
        sa.Column("aliases", types.PLAIN, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_merge_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["contacts_party.id"], name=op.f("fk_contacts_merge_kept_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["contacts_party.id"], name=op.f("fk_contacts_merge_merged_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_merge")),
    )
    op.create_index(
        op.f("ix_contacts_merge_company_id"), "contacts_merge", ["company_id"], unique=False
    )
    op.create_index(op.f("ix_contacts_merge_kept_id"), "contacts_merge", ["kept_id"], unique=False)
    op.create_index(
        op.f("ix_contacts_merge_merged_id"), "contacts_merge", ["merged_id"], unique=False
    )
    op.create_table(
        "contacts_merge_move",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["contacts_merge.id"], name=op.f("fk_contacts_merge_move_merge_id")
        ),
        sa.PrimaryKeyConstraint(
            "merge_id", "place", "record_id", name=op.f("pk_contacts_merge_move")
        ),
    )
    op.add_column(
        "contacts_party",
        sa.Column(
            "merged_into_id",
            sa.Uuid(),
            sa.ForeignKey("contacts_party.id", name=op.f("fk_contacts_party_merged_into_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    op.create_index(
        op.f("ix_contacts_party_merged_into_id"), "contacts_party", ["merged_into_id"], unique=False
    )
