"""Gates of connections, and alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0010"
down_revision = "core_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_alert_rules",
        sa.Column("recipients", types.PLAIN, nullable=False),
        sa.Column("webhook_url", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("lag_minutes", sa.Integer(), nullable=False),
        sa.Column("away_minutes", sa.Integer(), nullable=False),
        sa.Column("stopped_records", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_alert_rules")),
    )
    op.create_table(
        "core_alert",
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("began_at", types.UtcDateTime(), nullable=False),
        sa.Column("quiet_since", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("told_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_alert_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_alert_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_alert")),
    )
    op.create_index("ix_core_alert_began_at", "core_alert", ["began_at", "id"], unique=False)
    op.create_index(op.f("ix_core_alert_company_id"), "core_alert", ["company_id"], unique=False)
    op.create_index(
        "uq_core_alert_cause_subject_open",
        "core_alert",
        ["cause", "subject"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "core_gate",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=True),
        sa.Column("probe_at", types.UtcDateTime(), nullable=True),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("blocked_until", types.UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paced_until", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_gate_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_core_gate")),
    )
    op.create_table(
        "core_alert_notice",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("medium", sa.String(length=32), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["core_alert.id"], name=op.f("fk_core_alert_notice_alert_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_alert_notice")),
    )
    op.create_index(
        op.f("ix_core_alert_notice_alert_id"), "core_alert_notice", ["alert_id"], unique=False
    )
    op.add_column("core_connection", sa.Column("calls_per_second", types.Precise(), nullable=True))
