"""The queue: jobs, workers, schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_job",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("args", types.PLAIN, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("partition", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("run_at", types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Uuid(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("errors", types.PLAIN, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_job")),
    )
    op.create_index(
        "ix_core_job_partition_waiting",
        "core_job",
        ["partition", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting' AND partition IS NOT NULL"),
        sqlite_where=sa.text("state = 'waiting' AND partition IS NOT NULL"),
    )
    op.create_index(
        "ix_core_job_process_id_running",
        "core_job",
        ["process_id"],
        unique=False,
        postgresql_where=sa.text("state = 'running'"),
        sqlite_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_core_job_run_at_waiting",
        "core_job",
        ["run_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_core_job_state_ended_at", "core_job", ["state", "ended_at"], unique=False)
    op.create_index(
        "uq_core_job_name_key_waiting",
        "core_job",
        ["name", "key"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting' AND key IS NOT NULL"),
        sqlite_where=sa.text("state = 'waiting' AND key IS NOT NULL"),
    )
    op.create_index(
        "uq_core_job_partition_running",
        "core_job",
        ["partition"],
        unique=True,
        postgresql_where=sa.text("state = 'running' AND partition IS NOT NULL"),
        sqlite_where=sa.text("state = 'running' AND partition IS NOT NULL"),
    )
    op.create_table(
        "core_process",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("beat_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_process")),
    )
    op.create_table(
        "core_schedule",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("planned_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_schedule")),
    )
    op.create_index(
        "ix_core_event_id_new",
        "core_event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("place IS NULL"),
        sqlite_where=sa.text("place IS NULL"),
    )
    op.create_index("ix_core_event_kind_place", "core_event", ["kind", "place"], unique=False)
