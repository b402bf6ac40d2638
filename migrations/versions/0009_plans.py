"""Plans, sweeps, sightings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0009"
down_revision = "core_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_listed",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=128), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("missed_in", sa.Integer(), nullable=True),
        sa.Column("gone_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_listed_connection_id")
        ),
        sa.PrimaryKeyConstraint(
            "connection_id", "kind", "external_id", name=op.f("pk_core_listed")
        ),
    )
    op.create_index(
        "ix_core_listed_missed_in",
        "core_listed",
        ["connection_id", "kind", "missed_in"],
        unique=False,
    )
    op.create_table(
        "core_plan",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("kinds", types.PLAIN, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("totals", types.PLAIN, nullable=False),
        sa.Column("ends", types.PLAIN, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("ready_at", types.UtcDateTime(), nullable=True),
        sa.Column("moved_at", types.UtcDateTime(), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_plan_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_plan_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_plan")),
    )
    op.create_index(op.f("ix_core_plan_company_id"), "core_plan", ["company_id"], unique=False)
    op.create_index(
        "ix_core_plan_connection_id_state", "core_plan", ["connection_id", "state"], unique=False
    )
    op.create_table(
        "core_plan_item",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("before", types.PLAIN, nullable=True),
        sa.Column("after", types.PLAIN, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["core_plan.id"], name=op.f("fk_core_plan_item_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_plan_item")),
    )
    op.create_index(
        "ix_core_plan_item_plan_id_kind", "core_plan_item", ["plan_id", "kind", "id"], unique=False
    )
    op.create_table(
        "core_sighting",
        sa.Column("cursor_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("stamp", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cursor_id"], ["core_cursor.id"], name=op.f("fk_core_sighting_cursor_id")
        ),
        sa.PrimaryKeyConstraint("cursor_id", "external_id", name=op.f("pk_core_sighting")),
    )
    op.create_index("ix_core_sighting_stamp", "core_sighting", ["cursor_id", "stamp"], unique=False)
    op.add_column("core_cursor", sa.Column("began_at", types.UtcDateTime(), nullable=True))
    op.add_column("core_cursor", sa.Column("at_stamp", types.UtcDateTime(), nullable=True))
    op.add_column(
        "core_cursor", sa.Column("at_place", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("core_cursor", sa.Column("back_stamp", types.UtcDateTime(), nullable=True))
    op.add_column(
        "core_cursor", sa.Column("behind", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "core_cursor", sa.Column("round", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("core_cursor", sa.Column("step", sa.String(length=32), nullable=True))
    op.add_column("core_cursor", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
