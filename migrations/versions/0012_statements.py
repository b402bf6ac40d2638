"""Statements that both sides agree, their days and differences, and the runs that make them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None
depends_on = None


#: What a statement says is never changed: not by us either.
_FROZEN = ("core_statement", "core_statement_line", "core_statement_difference")


def upgrade() -> None:
    op.create_table(
        "core_statement",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("here", sa.Text(), nullable=False),
        sa.Column("there", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("kinds", types.PLAIN, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_statement_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["core_connection.id"], name=op.f("fk_core_statement_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_statement")),
    )
    op.create_index(
        op.f("ix_core_statement_company_id"), "core_statement", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_core_statement_connection_id"), "core_statement", ["connection_id"], unique=False
    )
    op.create_index(
        "ix_core_statement_made_at_id", "core_statement", ["made_at", "id"], unique=False
    )
    op.create_table(
        "core_reconciliation",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", types.PLAIN, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_reconciliation_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["core_connection.id"],
            name=op.f("fk_core_reconciliation_connection_id"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["core_statement.id"],
            name=op.f("fk_core_reconciliation_statement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_reconciliation")),
    )
    op.create_index(
        op.f("ix_core_reconciliation_company_id"),
        "core_reconciliation",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_core_reconciliation_connection_id"),
        "core_reconciliation",
        ["connection_id"],
        unique=False,
    )
    op.create_index(
        "ix_core_reconciliation_state", "core_reconciliation", ["state", "asked_at"], unique=False
    )
    op.create_table(
        "core_statement_difference",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("remedy", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.String(length=256), nullable=True),
        sa.Column("local_id", sa.Uuid(), nullable=True),
        sa.Column("ours", types.PLAIN, nullable=True),
        sa.Column("theirs", types.PLAIN, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["core_company.id"],
            name=op.f("fk_core_statement_difference_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["core_statement.id"],
            name=op.f("fk_core_statement_difference_statement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_statement_difference")),
    )
    op.create_index(
        op.f("ix_core_statement_difference_company_id"),
        "core_statement_difference",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        "ix_core_statement_difference_statement_id_kind",
        "core_statement_difference",
        ["statement_id", "kind", "id"],
        unique=False,
    )
    op.create_table(
        "core_statement_line",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("ours", types.PLAIN, nullable=False),
        sa.Column("theirs", types.PLAIN, nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["core_statement.id"],
            name=op.f("fk_core_statement_line_statement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_statement_line")),
    )
    op.create_index(
        "ix_core_statement_line_statement_id_kind",
        "core_statement_line",
        ["statement_id", "kind"],
        unique=False,
    )
    for table in _FROZEN:
        _freeze(table)


def _freeze(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'a statement is never changed'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'a statement is never changed'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_frozen()"
    )
