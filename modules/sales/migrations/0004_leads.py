"""Leads, opportunities and their pipelines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "sales_0004"
down_revision = "sales_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _lead_import()
    _lost_reason()
    _pipeline()
    _lead_form()
    _stage()
    _opportunity()
    _lead()
    _stage_step()


def _lead_import() -> None:
    op.create_table(
        "sales_lead_import",
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("plan", types.PLAIN, nullable=False),
        sa.Column("unread", types.PLAIN, nullable=False),
        sa.Column("applied_at", types.UtcDateTime(), nullable=True),
        sa.Column("undone_at", types.UtcDateTime(), nullable=True),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_lead_import_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_lead_import")),
    )
    op.create_index(
        op.f("ix_sales_lead_import_company_id"), "sales_lead_import", ["company_id"], unique=False
    )


def _lost_reason() -> None:
    op.create_table(
        "sales_lost_reason",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_lost_reason_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_lost_reason")),
        sa.UniqueConstraint(
            "company_id", "name", name=op.f("uq_sales_lost_reason_company_id_name")
        ),
    )
    op.create_index(
        op.f("ix_sales_lost_reason_company_id"), "sales_lost_reason", ["company_id"], unique=False
    )


def _pipeline() -> None:
    op.create_table(
        "sales_pipeline",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_pipeline_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_pipeline")),
    )
    op.create_index(
        op.f("ix_sales_pipeline_company_id"), "sales_pipeline", ["company_id"], unique=False
    )


def _lead_form() -> None:
    op.create_table(
        "sales_lead_form",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_lead_form_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_lead_form_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_lead_form")),
        sa.UniqueConstraint("key", name=op.f("uq_sales_lead_form_key")),
    )
    op.create_index(
        op.f("ix_sales_lead_form_company_id"), "sales_lead_form", ["company_id"], unique=False
    )


def _stage() -> None:
    op.create_table(
        "sales_stage",
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_stage_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["sales_pipeline.id"], name=op.f("fk_sales_stage_pipeline_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_stage")),
    )
    op.create_index(op.f("ix_sales_stage_company_id"), "sales_stage", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_sales_stage_pipeline_id"), "sales_stage", ["pipeline_id"], unique=False
    )


def _opportunity() -> None:
    op.create_table(
        "sales_opportunity",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("expected", types.Amount(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("utm", types.PLAIN, nullable=False),
        sa.Column("stage_since", types.UtcDateTime(), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("lost_reason_id", sa.Uuid(), nullable=True),
        sa.Column("competitor", sa.String(length=200), nullable=False),
        sa.Column("reason_note", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_opportunity_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts_party.id"], name=op.f("fk_sales_opportunity_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["lost_reason_id"],
            ["sales_lost_reason.id"],
            name=op.f("fk_sales_opportunity_lost_reason_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_opportunity_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_sales_opportunity_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["sales_stage.id"], name=op.f("fk_sales_opportunity_stage_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_opportunity")),
        sa.UniqueConstraint(
            "company_id", "number", name=op.f("uq_sales_opportunity_company_id_number")
        ),
    )
    op.create_index(
        op.f("ix_sales_opportunity_company_id"), "sales_opportunity", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_opportunity_contact_id"), "sales_opportunity", ["contact_id"], unique=False
    )
    op.create_index(
        "ix_sales_opportunity_created_at_id",
        "sales_opportunity",
        ["created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sales_opportunity_owner_id"), "sales_opportunity", ["owner_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_opportunity_party_id"), "sales_opportunity", ["party_id"], unique=False
    )
    op.create_index(
        "ix_sales_opportunity_stage_id_state_id",
        "sales_opportunity",
        ["stage_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "ix_sales_opportunity_state_closes_on",
        "sales_opportunity",
        ["state", "closes_on"],
        unique=False,
    )


def _lead() -> None:
    op.create_table(
        "sales_lead",
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("tax_id", sa.String(length=64), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("utm", types.PLAIN, nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=True),
        sa.Column("consented_at", types.UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("reason_note", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("converted_at", types.UtcDateTime(), nullable=True),
        sa.Column("converted_by", sa.Text(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_lead_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["sales_lead_form.id"], name=op.f("fk_sales_lead_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["sales_lead_import.id"], name=op.f("fk_sales_lead_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["sales_opportunity.id"], name=op.f("fk_sales_lead_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_lead_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_sales_lead_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_lead")),
    )
    op.create_index(op.f("ix_sales_lead_company_id"), "sales_lead", ["company_id"], unique=False)
    op.create_index("ix_sales_lead_created_at_id", "sales_lead", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_sales_lead_email"), "sales_lead", ["email"], unique=False)
    op.create_index(op.f("ix_sales_lead_form_id"), "sales_lead", ["form_id"], unique=False)
    op.create_index(op.f("ix_sales_lead_import_id"), "sales_lead", ["import_id"], unique=False)
    op.create_index(op.f("ix_sales_lead_owner_id"), "sales_lead", ["owner_id"], unique=False)
    op.create_index(op.f("ix_sales_lead_party_id"), "sales_lead", ["party_id"], unique=False)
    op.create_index(op.f("ix_sales_lead_state"), "sales_lead", ["state"], unique=False)
    op.create_index("ix_sales_lead_updated_at_id", "sales_lead", ["updated_at", "id"], unique=False)


def _stage_step() -> None:
    op.create_table(
        "sales_stage_step",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_sales_stage_step_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_stage_step_opportunity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["sales_stage.id"], name=op.f("fk_sales_stage_step_stage_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_stage_step")),
    )
    op.create_index(
        op.f("ix_sales_stage_step_company_id"), "sales_stage_step", ["company_id"], unique=False
    )
    op.create_index(
        "ix_sales_stage_step_opportunity_id_at",
        "sales_stage_step",
        ["opportunity_id", "at", "id"],
        unique=False,
    )
