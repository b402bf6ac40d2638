"""What both sides agreed on of a record, and where they do not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0011"
down_revision = "core_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_agreed",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("local_id", sa.Uuid(), nullable=False),
        sa.Column("theirs", types.PLAIN, nullable=False),
        sa.Column("ours", types.PLAIN, nullable=False),
        sa.Column("awaited", types.PLAIN, nullable=False),
        sa.Column("touched", types.PLAIN, nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_agreed_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_agreed_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_agreed")),
        sa.UniqueConstraint(
            "connection_id",
            "kind",
            "local_id",
            name=op.f("uq_core_agreed_connection_id_kind_local_id"),
        ),
    )
    op.create_index(op.f("ix_core_agreed_company_id"), "core_agreed", ["company_id"], unique=False)
    op.create_table(
        "core_conflict",
        sa.Column("binding_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("ours", types.PLAIN, nullable=True),
        sa.Column("theirs", types.PLAIN, nullable=True),
        sa.Column("agreed", types.PLAIN, nullable=True),
        sa.Column("ours_by", sa.Text(), nullable=False),
        sa.Column("ours_at", types.UtcDateTime(), nullable=True),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("kept", sa.String(length=32), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["core_binding.id"], name=op.f("fk_core_conflict_binding_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_conflict_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_conflict")),
    )
    op.create_index(
        op.f("ix_core_conflict_binding_id"), "core_conflict", ["binding_id"], unique=False
    )
    op.create_index(
        op.f("ix_core_conflict_company_id"), "core_conflict", ["company_id"], unique=False
    )
    op.create_index(
        "ix_core_conflict_state_opened_at",
        "core_conflict",
        ["state", "opened_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_core_conflict_open",
        "core_conflict",
        ["binding_id", "field"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
