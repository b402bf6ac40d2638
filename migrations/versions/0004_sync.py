"""The sync: connections, bindings, outbox, attempts, cursors, inbox, echoes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_connection",
        sa.Column("connector", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("settings", types.PLAIN, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("checked_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_error_at", types.UtcDateTime(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_connection_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_connection")),
        sa.UniqueConstraint("name", name=op.f("uq_core_connection_name")),
    )
    op.create_index(
        op.f("ix_core_connection_company_id"), "core_connection", ["company_id"], unique=False
    )
    op.create_index(
        "uq_core_connection_default",
        "core_connection",
        ["company_id"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "core_attempt",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=24), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_attempt_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_attempt")),
    )
    op.create_index(
        op.f("ix_core_attempt_connection_id"), "core_attempt", ["connection_id"], unique=False
    )
    op.create_index(
        op.f("ix_core_attempt_started_at"), "core_attempt", ["started_at"], unique=False
    )
    op.create_table(
        "core_binding",
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("local_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("number", sa.String(length=128), nullable=True),
        sa.Column("version", sa.String(length=128), nullable=True),
        sa.Column("delivery", sa.String(length=32), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=True),
        sa.Column("next_try_at", types.UtcDateTime(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_binding_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_binding_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_binding")),
        sa.UniqueConstraint(
            "connection_id",
            "kind",
            "external_id",
            name=op.f("uq_core_binding_connection_id_kind_external_id"),
        ),
        sa.UniqueConstraint(
            "connection_id",
            "kind",
            "local_id",
            name=op.f("uq_core_binding_connection_id_kind_local_id"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_core_binding_reference")),
    )
    op.create_index(
        op.f("ix_core_binding_company_id"), "core_binding", ["company_id"], unique=False
    )
    op.create_index("ix_core_binding_delivery", "core_binding", ["delivery", "id"], unique=False)
    op.create_index(
        "ix_core_binding_kind_local_id", "core_binding", ["kind", "local_id"], unique=False
    )
    op.create_index(
        "uq_core_binding_unsent",
        "core_binding",
        ["kind", "local_id"],
        unique=True,
        sqlite_where=sa.text("connection_id IS NULL"),
        postgresql_where=sa.text("connection_id IS NULL"),
    )
    op.create_table(
        "core_cursor",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("stamp", types.UtcDateTime(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("floor_stamp", types.UtcDateTime(), nullable=True),
        sa.Column("floor_place", sa.Text(), nullable=False),
        sa.Column("mark_stamp", types.UtcDateTime(), nullable=True),
        sa.Column("mark_place", sa.Text(), nullable=False),
        sa.Column("mark_at", types.UtcDateTime(), nullable=True),
        sa.Column("recent", types.PLAIN, nullable=False),
        sa.Column("polled_at", types.UtcDateTime(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_cursor_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_cursor")),
        sa.UniqueConstraint(
            "connection_id",
            "kind",
            "stream",
            "mode",
            name=op.f("uq_core_cursor_connection_id_kind_stream_mode"),
        ),
    )
    op.create_table(
        "core_echo",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=128), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_echo_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_echo")),
    )
    op.create_index(
        "ix_core_echo_external", "core_echo", ["connection_id", "kind", "external_id"], unique=False
    )
    op.create_index(op.f("ix_core_echo_written_at"), "core_echo", ["written_at"], unique=False)
    op.create_table(
        "core_inbox",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("body", types.PLAIN, nullable=True),
        sa.Column("version", sa.String(length=128), nullable=True),
        sa.Column("stamp", types.UtcDateTime(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("applied_version", sa.String(length=128), nullable=True),
        sa.Column("applied_stamp", types.UtcDateTime(), nullable=True),
        sa.Column("applied_hash", sa.String(length=64), nullable=True),
        sa.Column("applied_at", types.UtcDateTime(), nullable=True),
        sa.Column("arrived_at", types.UtcDateTime(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_inbox_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_inbox_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_inbox")),
        sa.UniqueConstraint(
            "connection_id",
            "kind",
            "external_id",
            name=op.f("uq_core_inbox_connection_id_kind_external_id"),
        ),
    )
    op.create_index(op.f("ix_core_inbox_company_id"), "core_inbox", ["company_id"], unique=False)
    op.create_index("ix_core_inbox_state_due_at", "core_inbox", ["state", "due_at"], unique=False)
    op.create_table(
        "core_outbox",
        sa.Column("binding_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", types.UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("waits_for", sa.Uuid(), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["core_binding.id"], name=op.f("fk_core_outbox_binding_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_outbox_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["waits_for"], ["core_binding.id"], name=op.f("fk_core_outbox_waits_for")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_outbox")),
        sa.UniqueConstraint("binding_id", "seq", name=op.f("uq_core_outbox_binding_id_seq")),
    )
    op.create_index(op.f("ix_core_outbox_company_id"), "core_outbox", ["company_id"], unique=False)
    op.create_index("ix_core_outbox_state_due_at", "core_outbox", ["state", "due_at"], unique=False)
    op.create_index("ix_core_outbox_waits_for", "core_outbox", ["waits_for"], unique=False)
    op.create_index(
        "uq_core_outbox_claimed",
        "core_outbox",
        ["binding_id"],
        unique=True,
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_table(
        "core_attempt_item",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("binding_id", sa.Uuid(), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["core_attempt.id"], name=op.f("fk_core_attempt_item_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["core_binding.id"], name=op.f("fk_core_attempt_item_binding_id")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["core_outbox.id"], name=op.f("fk_core_attempt_item_outbox_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_attempt_item")),
    )
    op.create_index(
        op.f("ix_core_attempt_item_attempt_id"), "core_attempt_item", ["attempt_id"], unique=False
    )
    op.create_index(
        "ix_core_attempt_item_binding_id_outcome",
        "core_attempt_item",
        ["binding_id", "outcome"],
        unique=False,
    )
    op.create_index(
        op.f("ix_core_attempt_item_outbox_id"), "core_attempt_item", ["outbox_id"], unique=False
    )
