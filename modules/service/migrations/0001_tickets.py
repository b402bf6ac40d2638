"""Tickets, service levels and the knowledge base."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "service_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _article_to_mailbox()
    _queue_member_to_escalation_step()
    _ticket()
    _ask_to_merge()
    _message_to_attachment()


def _article_to_mailbox() -> None:
    op.create_table(
        "service_article",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("helpful", sa.Integer(), nullable=False),
        sa.Column("unhelpful", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_article_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_article")),
    )
    op.create_index(
        op.f("ix_service_article_company_id"), "service_article", ["company_id"], unique=False
    )
    op.create_index("ix_service_article_title_id", "service_article", ["title", "id"], unique=False)
    op.create_index(
        "ix_service_article_updated_at_id", "service_article", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "service_calendar",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("week", types.PLAIN, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_calendar_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_calendar")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_service_calendar_company_id_name")),
    )
    op.create_index(
        op.f("ix_service_calendar_company_id"), "service_calendar", ["company_id"], unique=False
    )
    op.create_table(
        "service_canned_reply",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_canned_reply_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_canned_reply")),
        sa.UniqueConstraint(
            "company_id", "name", name=op.f("uq_service_canned_reply_company_id_name")
        ),
    )
    op.create_index(
        op.f("ix_service_canned_reply_company_id"),
        "service_canned_reply",
        ["company_id"],
        unique=False,
    )
    op.create_table(
        "service_queue",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=True),
        sa.Column("assignment", sa.String(length=32), nullable=False),
        sa.Column("last_assignee_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_queue_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_queue")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_service_queue_company_id_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_service_queue_slug")),
    )
    op.create_index(
        op.f("ix_service_queue_company_id"), "service_queue", ["company_id"], unique=False
    )
    op.create_table(
        "service_article_version",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("published_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["service_article.id"],
            name=op.f("fk_service_article_version_article_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_article_version")),
        sa.UniqueConstraint(
            "article_id", "number", name=op.f("uq_service_article_version_article_id_number")
        ),
    )
    op.create_table(
        "service_holiday",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["service_calendar.id"],
            name=op.f("fk_service_holiday_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calendar_id", "day", name=op.f("pk_service_holiday")),
    )
    op.create_table(
        "service_mailbox",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("tls", sa.Boolean(), nullable=False),
        sa.Column("user", sa.String(length=320), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("acknowledge", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("uid_validity", sa.Integer(), nullable=True),
        sa.Column("last_uid", sa.Integer(), nullable=False),
        sa.Column("polled_at", types.UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_mailbox_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["service_queue.id"], name=op.f("fk_service_mailbox_queue_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_mailbox")),
    )
    op.create_index(
        op.f("ix_service_mailbox_company_id"), "service_mailbox", ["company_id"], unique=False
    )


def _queue_member_to_escalation_step() -> None:
    op.create_table(
        "service_queue_member",
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["service_queue.id"],
            name=op.f("fk_service_queue_member_queue_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_service_queue_member_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("queue_id", "user_id", name=op.f("pk_service_queue_member")),
    )
    op.create_table(
        "service_sla_policy",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=120), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("priority", sa.String(length=32), nullable=True),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("response_minutes", sa.Integer(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["service_calendar.id"], name=op.f("fk_service_sla_policy_calendar_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_sla_policy_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_sla_policy")),
        sa.UniqueConstraint(
            "company_id", "name", name=op.f("uq_service_sla_policy_company_id_name")
        ),
    )
    op.create_index(
        op.f("ix_service_sla_policy_company_id"), "service_sla_policy", ["company_id"], unique=False
    )
    op.create_table(
        "service_escalation_step",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["service_sla_policy.id"],
            name=op.f("fk_service_escalation_step_policy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_service_escalation_step_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_escalation_step")),
    )
    op.create_index(
        op.f("ix_service_escalation_step_policy_id"),
        "service_escalation_step",
        ["policy_id"],
        unique=False,
    )


def _ticket() -> None:
    op.create_table(
        "service_ticket",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("mailbox_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(length=32), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("client_reference", sa.String(length=200), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("root_cause", sa.Text(), nullable=False),
        sa.Column("compensation", sa.Text(), nullable=False),
        sa.Column("compensation_amount", types.Amount(), nullable=True),
        sa.Column("compensation_currency", sa.String(length=3), nullable=True),
        sa.Column("confirmed_at", types.UtcDateTime(), nullable=True),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("responded_at", types.UtcDateTime(), nullable=True),
        sa.Column("resolved_at", types.UtcDateTime(), nullable=True),
        sa.Column("response_due_at", types.UtcDateTime(), nullable=True),
        sa.Column("resolution_due_at", types.UtcDateTime(), nullable=True),
        sa.Column("response_breached_at", types.UtcDateTime(), nullable=True),
        sa.Column("resolution_breached_at", types.UtcDateTime(), nullable=True),
        sa.Column("due_at", types.UtcDateTime(), nullable=True),
        sa.Column("look_at", types.UtcDateTime(), nullable=True),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["core_user.id"], name=op.f("fk_service_ticket_assignee_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_ticket_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["service_mailbox.id"], name=op.f("fk_service_ticket_mailbox_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["service_ticket.id"], name=op.f("fk_service_ticket_merged_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_service_ticket_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["service_sla_policy.id"], name=op.f("fk_service_ticket_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["service_queue.id"], name=op.f("fk_service_ticket_queue_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_ticket")),
        sa.UniqueConstraint(
            "company_id",
            "client_reference",
            name=op.f("uq_service_ticket_company_id_client_reference"),
        ),
        sa.UniqueConstraint(
            "company_id", "number", name=op.f("uq_service_ticket_company_id_number")
        ),
    )
    op.create_index(
        op.f("ix_service_ticket_about_id"), "service_ticket", ["about_id"], unique=False
    )
    op.create_index(
        "ix_service_ticket_assignee_id_state",
        "service_ticket",
        ["assignee_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_service_ticket_company_id"), "service_ticket", ["company_id"], unique=False
    )
    op.create_index(
        "ix_service_ticket_created_at_id", "service_ticket", ["created_at", "id"], unique=False
    )
    op.create_index("ix_service_ticket_due_at_id", "service_ticket", ["due_at", "id"], unique=False)
    op.create_index(op.f("ix_service_ticket_email"), "service_ticket", ["email"], unique=False)
    op.create_index(op.f("ix_service_ticket_look_at"), "service_ticket", ["look_at"], unique=False)
    op.create_index(
        op.f("ix_service_ticket_merged_into_id"), "service_ticket", ["merged_into_id"], unique=False
    )
    op.create_index(
        "ix_service_ticket_party_id_created_at",
        "service_ticket",
        ["party_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_service_ticket_queue_id_state", "service_ticket", ["queue_id", "state"], unique=False
    )
    op.create_index(
        "ix_service_ticket_state_created_at",
        "service_ticket",
        ["state", "created_at"],
        unique=False,
    )


def _ask_to_merge() -> None:
    op.create_table(
        "service_ask",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["core_user.id"], name=op.f("fk_service_ask_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_ask_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["service_queue.id"], name=op.f("fk_service_ask_queue_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["service_ticket.id"], name=op.f("fk_service_ask_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_ask")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_service_ask_token_hash")),
    )
    op.create_index(op.f("ix_service_ask_company_id"), "service_ask", ["company_id"], unique=False)
    op.create_index(
        "ix_service_ask_kind_answered_at", "service_ask", ["kind", "answered_at"], unique=False
    )
    op.create_index(
        "ix_service_ask_ticket_id_kind", "service_ask", ["ticket_id", "kind"], unique=False
    )
    op.create_table(
        "service_deflection",
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("articles", types.PLAIN, nullable=False),
        sa.Column("shown_at", types.UtcDateTime(), nullable=False),
        sa.Column("solved_at", types.UtcDateTime(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_deflection_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["service_queue.id"], name=op.f("fk_service_deflection_queue_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["service_ticket.id"], name=op.f("fk_service_deflection_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_deflection")),
    )
    op.create_index(
        op.f("ix_service_deflection_company_id"), "service_deflection", ["company_id"], unique=False
    )
    op.create_index(
        "ix_service_deflection_shown_at", "service_deflection", ["shown_at"], unique=False
    )
    op.create_table(
        "service_draft",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["service_ticket.id"],
            name=op.f("fk_service_draft_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_service_draft_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "user_id", name=op.f("pk_service_draft")),
    )
    op.create_table(
        "service_escalated",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["service_ticket.id"],
            name=op.f("fk_service_escalated_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "step_id", name=op.f("pk_service_escalated")),
    )
    op.create_table(
        "service_merge",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("former_state", sa.String(length=32), nullable=False),
        sa.Column("messages", types.PLAIN, nullable=False),
        sa.Column("merged_at", types.UtcDateTime(), nullable=False),
        sa.Column("undone_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["into_id"], ["service_ticket.id"], name=op.f("fk_service_merge_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["service_ticket.id"], name=op.f("fk_service_merge_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_merge")),
    )
    op.create_index(op.f("ix_service_merge_into_id"), "service_merge", ["into_id"], unique=False)
    op.create_index(
        op.f("ix_service_merge_ticket_id"), "service_merge", ["ticket_id"], unique=False
    )


def _message_to_attachment() -> None:
    op.create_table(
        "service_message",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=500), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["service_ticket.id"], name=op.f("fk_service_message_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_message")),
    )
    op.create_index(
        "ix_service_message_message_id", "service_message", ["message_id"], unique=False
    )
    op.create_index(
        "ix_service_message_ticket_id_at",
        "service_message",
        ["ticket_id", "at", "id"],
        unique=False,
    )
    op.create_table(
        "service_state_change",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["service_ticket.id"], name=op.f("fk_service_state_change_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_state_change")),
    )
    op.create_index(
        "ix_service_state_change_ticket_id_at",
        "service_state_change",
        ["ticket_id", "at", "id"],
        unique=False,
    )
    op.create_table(
        "service_taken_mail",
        sa.Column("mailbox_id", sa.Uuid(), nullable=False),
        sa.Column("uid_validity", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=500), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("taken_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_service_taken_mail_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["service_mailbox.id"], name=op.f("fk_service_taken_mail_mailbox_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["service_ticket.id"], name=op.f("fk_service_taken_mail_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_taken_mail")),
        sa.UniqueConstraint(
            "company_id", "message_id", name=op.f("uq_service_taken_mail_company_id_message_id")
        ),
    )
    op.create_index(
        op.f("ix_service_taken_mail_company_id"), "service_taken_mail", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_service_taken_mail_mailbox_id"), "service_taken_mail", ["mailbox_id"], unique=False
    )
    op.create_index(
        op.f("ix_service_taken_mail_ticket_id"), "service_taken_mail", ["ticket_id"], unique=False
    )
    op.create_table(
        "service_attachment",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["service_message.id"], name=op.f("fk_service_attachment_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_attachment")),
    )
    op.create_index(
        op.f("ix_service_attachment_message_id"), "service_attachment", ["message_id"], unique=False
    )
