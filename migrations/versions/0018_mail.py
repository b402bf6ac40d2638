"""Mails on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0018"
down_revision = "core_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_mail",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipients", types.PLAIN, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("headers", types.PLAIN, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_core_mail_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_core_mail_key")),
    )
    op.create_index(op.f("ix_core_mail_company_id"), "core_mail", ["company_id"], unique=False)
    op.create_index("ix_core_mail_made_at", "core_mail", ["made_at", "id"], unique=False)
    op.create_index("ix_core_mail_state", "core_mail", ["state", "made_at"], unique=False)
    op.create_table(
        "core_mail_attachment",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["core_mail.id"],
            name=op.f("fk_core_mail_attachment_mail_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_mail_attachment")),
    )
    op.create_index(
        op.f("ix_core_mail_attachment_mail_id"), "core_mail_attachment", ["mail_id"], unique=False
    )
