"""Consents, segments, campaigns, journeys and what they bring."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "marketing_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rules_and_campaigns()
    _journeys_and_messages()
    _sends()


def _rules_and_campaigns() -> None:
    op.create_table(
        "marketing_policy",
        sa.Column("sender_name", sa.String(length=200), nullable=False),
        sa.Column("sender_address", sa.String(length=320), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("cap_mails", sa.Integer(), nullable=False),
        sa.Column("cap_days", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("soft_bounces", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_policy_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_policy")),
        sa.UniqueConstraint("company_id", name=op.f("uq_marketing_policy_company_id")),
    )
    op.create_index(
        op.f("ix_marketing_policy_company_id"), "marketing_policy", ["company_id"], unique=False
    )
    op.create_table(
        "marketing_purpose",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("wording_version", sa.Integer(), nullable=False),
        sa.Column("double_opt_in", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_purpose_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_purpose")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_marketing_purpose_company_id_key")),
    )
    op.create_index(
        op.f("ix_marketing_purpose_company_id"), "marketing_purpose", ["company_id"], unique=False
    )
    op.create_table(
        "marketing_segment",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_list", sa.Boolean(), nullable=False),
        sa.Column("tree", types.PLAIN, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("watched_at", types.UtcDateTime(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_segment_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_segment")),
    )
    op.create_index(
        op.f("ix_marketing_segment_company_id"), "marketing_segment", ["company_id"], unique=False
    )
    op.create_table(
        "marketing_suppression",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_suppression_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_suppression")),
        sa.UniqueConstraint(
            "company_id", "address", name=op.f("uq_marketing_suppression_company_id_address")
        ),
    )
    op.create_index(
        "ix_marketing_suppression_at", "marketing_suppression", ["at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_marketing_suppression_company_id"),
        "marketing_suppression",
        ["company_id"],
        unique=False,
    )
    op.create_table(
        "marketing_campaign",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("target_clicks", sa.Integer(), nullable=True),
        sa.Column("target_revenue", types.Amount(), nullable=True),
        sa.Column("budget", types.Amount(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("purpose_id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("excluded_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("starts_at", types.UtcDateTime(), nullable=True),
        sa.Column("started_at", types.UtcDateTime(), nullable=True),
        sa.Column("ends_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("gathered", sa.Boolean(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("test_share", sa.Integer(), nullable=False),
        sa.Column("winner_rule", sa.String(length=32), nullable=False),
        sa.Column("decide_after_hours", sa.Integer(), nullable=False),
        sa.Column("winner_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", types.PLAIN, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_campaign_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["excluded_id"],
            ["marketing_segment.id"],
            name=op.f("fk_marketing_campaign_excluded_id"),
        ),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["marketing_purpose.id"], name=op.f("fk_marketing_campaign_purpose_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["marketing_segment.id"], name=op.f("fk_marketing_campaign_segment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_campaign")),
        sa.UniqueConstraint(
            "company_id", "slug", name=op.f("uq_marketing_campaign_company_id_slug")
        ),
    )
    op.create_index(
        op.f("ix_marketing_campaign_company_id"), "marketing_campaign", ["company_id"], unique=False
    )
    op.create_index(
        "ix_marketing_campaign_created_at", "marketing_campaign", ["created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_marketing_campaign_state"), "marketing_campaign", ["state"], unique=False
    )


def _journeys_and_messages() -> None:
    op.create_table(
        "marketing_journey",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("purpose_id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=True),
        sa.Column("again_after_days", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_journey_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["goal_id"], ["marketing_segment.id"], name=op.f("fk_marketing_journey_goal_id")
        ),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["marketing_purpose.id"], name=op.f("fk_marketing_journey_purpose_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["marketing_segment.id"], name=op.f("fk_marketing_journey_segment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_journey")),
    )
    op.create_index(
        op.f("ix_marketing_journey_company_id"), "marketing_journey", ["company_id"], unique=False
    )
    op.create_table(
        "marketing_attribution",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("touched_at", types.UtcDateTime(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["marketing_campaign.id"],
            name=op.f("fk_marketing_attribution_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_attribution_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_marketing_attribution_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_attribution")),
        sa.UniqueConstraint(
            "source_id", "model", name=op.f("uq_marketing_attribution_source_id_model")
        ),
    )
    op.create_index(
        "ix_marketing_attribution_campaign_id",
        "marketing_attribution",
        ["campaign_id", "model"],
        unique=False,
    )
    op.create_index(
        op.f("ix_marketing_attribution_company_id"),
        "marketing_attribution",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_marketing_attribution_invoice_id"),
        "marketing_attribution",
        ["invoice_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_marketing_attribution_party_id"),
        "marketing_attribution",
        ["party_id"],
        unique=False,
    )
    op.create_table(
        "marketing_consent",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("purpose_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_consent_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_marketing_consent_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["marketing_purpose.id"], name=op.f("fk_marketing_consent_purpose_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_consent")),
        sa.UniqueConstraint(
            "party_id",
            "channel",
            "purpose_id",
            name=op.f("uq_marketing_consent_party_id_channel_purpose_id"),
        ),
    )
    op.create_index(
        op.f("ix_marketing_consent_company_id"), "marketing_consent", ["company_id"], unique=False
    )
    op.create_index(
        "ix_marketing_consent_purpose_id",
        "marketing_consent",
        ["purpose_id", "channel", "state"],
        unique=False,
    )
    op.create_table(
        "marketing_consent_entry",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("purpose_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("wording_version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("proof", types.PLAIN, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_consent_entry_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_marketing_consent_entry_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["purpose_id"],
            ["marketing_purpose.id"],
            name=op.f("fk_marketing_consent_entry_purpose_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_consent_entry")),
    )
    op.create_index(
        op.f("ix_marketing_consent_entry_company_id"),
        "marketing_consent_entry",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        "ix_marketing_consent_entry_party_id",
        "marketing_consent_entry",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "marketing_enrolment",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_enrolment_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["marketing_journey.id"], name=op.f("fk_marketing_enrolment_journey_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_marketing_enrolment_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_enrolment")),
    )
    op.create_index(
        op.f("ix_marketing_enrolment_company_id"),
        "marketing_enrolment",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        "ix_marketing_enrolment_due_at",
        "marketing_enrolment",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('active', 'waiting')"),
        postgresql_where=sa.text("state IN ('active', 'waiting')"),
    )
    op.create_index(
        "ix_marketing_enrolment_journey_id_party_id",
        "marketing_enrolment",
        ["journey_id", "party_id"],
        unique=False,
    )
    op.create_index(
        "ix_marketing_enrolment_party_id", "marketing_enrolment", ["party_id"], unique=False
    )
    op.create_index(
        "uq_marketing_enrolment_under_way",
        "marketing_enrolment",
        ["journey_id", "party_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('active', 'waiting')"),
        postgresql_where=sa.text("state IN ('active', 'waiting')"),
    )
    op.create_table(
        "marketing_message",
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["marketing_campaign.id"],
            name=op.f("fk_marketing_message_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_message_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_message")),
        sa.UniqueConstraint(
            "campaign_id", "label", name=op.f("uq_marketing_message_campaign_id_label")
        ),
    )
    op.create_index(
        op.f("ix_marketing_message_company_id"), "marketing_message", ["company_id"], unique=False
    )
    op.create_table(
        "marketing_segment_member",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_segment_member_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_marketing_segment_member_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["marketing_segment.id"],
            name=op.f("fk_marketing_segment_member_segment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_segment_member")),
        sa.UniqueConstraint(
            "segment_id", "party_id", name=op.f("uq_marketing_segment_member_segment_id_party_id")
        ),
    )
    op.create_index(
        op.f("ix_marketing_segment_member_company_id"),
        "marketing_segment_member",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_marketing_segment_member_party_id"),
        "marketing_segment_member",
        ["party_id"],
        unique=False,
    )
    op.create_table(
        "marketing_touch",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("utm", types.PLAIN, nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["marketing_campaign.id"], name=op.f("fk_marketing_touch_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_touch_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_marketing_touch_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_touch")),
    )
    op.create_index(
        op.f("ix_marketing_touch_campaign_id"), "marketing_touch", ["campaign_id"], unique=False
    )
    op.create_index(
        op.f("ix_marketing_touch_company_id"), "marketing_touch", ["company_id"], unique=False
    )
    op.create_index(
        "ix_marketing_touch_party_id_at", "marketing_touch", ["party_id", "at"], unique=False
    )


def _sends() -> None:
    op.create_table(
        "marketing_journey_step",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("settings", types.PLAIN, nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_journey_step_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["journey_id"],
            ["marketing_journey.id"],
            name=op.f("fk_marketing_journey_step_journey_id"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["marketing_message.id"],
            name=op.f("fk_marketing_journey_step_message_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_journey_step")),
    )
    op.create_index(
        op.f("ix_marketing_journey_step_company_id"),
        "marketing_journey_step",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        "ix_marketing_journey_step_journey_id",
        "marketing_journey_step",
        ["journey_id", "position"],
        unique=False,
    )
    op.create_table(
        "marketing_link",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["marketing_message.id"], name=op.f("fk_marketing_link_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_link")),
        sa.UniqueConstraint(
            "message_id", "number", name=op.f("uq_marketing_link_message_id_number")
        ),
    )
    op.create_table(
        "marketing_send",
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("purpose_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("opened_at", types.UtcDateTime(), nullable=True),
        sa.Column("clicked_at", types.UtcDateTime(), nullable=True),
        sa.Column("unsubscribed_at", types.UtcDateTime(), nullable=True),
        sa.Column("bounced_at", types.UtcDateTime(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["marketing_campaign.id"], name=op.f("fk_marketing_send_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_marketing_send_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["marketing_enrolment.id"],
            name=op.f("fk_marketing_send_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["marketing_message.id"], name=op.f("fk_marketing_send_message_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_marketing_send_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["marketing_purpose.id"], name=op.f("fk_marketing_send_purpose_id")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["marketing_journey_step.id"], name=op.f("fk_marketing_send_step_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_send")),
        sa.UniqueConstraint(
            "campaign_id", "party_id", name=op.f("uq_marketing_send_campaign_id_party_id")
        ),
        sa.UniqueConstraint(
            "enrolment_id", "step_id", name=op.f("uq_marketing_send_enrolment_id_step_id")
        ),
    )
    op.create_index(
        "ix_marketing_send_address_sent_at", "marketing_send", ["address", "sent_at"], unique=False
    )
    op.create_index(
        "ix_marketing_send_campaign_id_address",
        "marketing_send",
        ["campaign_id", "address"],
        unique=False,
    )
    op.create_index(
        "ix_marketing_send_campaign_id_state",
        "marketing_send",
        ["campaign_id", "state", "reason"],
        unique=False,
    )
    op.create_index(
        op.f("ix_marketing_send_company_id"), "marketing_send", ["company_id"], unique=False
    )
    op.create_index(
        "ix_marketing_send_open",
        "marketing_send",
        ["campaign_id", "state", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'sending')"),
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_marketing_send_party_id_sent_at",
        "marketing_send",
        ["party_id", "sent_at"],
        unique=False,
    )
    op.create_table(
        "marketing_step_done",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["marketing_enrolment.id"],
            name=op.f("fk_marketing_step_done_enrolment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["marketing_journey_step.id"], name=op.f("fk_marketing_step_done_step_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_step_done")),
        sa.UniqueConstraint(
            "enrolment_id", "step_id", name=op.f("uq_marketing_step_done_enrolment_id_step_id")
        ),
    )
    op.create_index(
        "ix_marketing_step_done_step_id",
        "marketing_step_done",
        ["step_id", "outcome"],
        unique=False,
    )
    op.create_table(
        "marketing_response",
        sa.Column("send_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("link", sa.Integer(), nullable=True),
        sa.Column("machine", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["send_id"], ["marketing_send.id"], name=op.f("fk_marketing_response_send_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketing_response")),
    )
    op.create_index(
        "ix_marketing_response_send_id", "marketing_response", ["send_id", "id"], unique=False
    )
