"""Parties, how they are reached, what happened with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "contacts_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _parties()
    _stories()


def _parties() -> None:
    op.create_table(
        "contacts_party",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("tax_id", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_party_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_contacts_party_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_party")),
    )
    op.create_index(
        op.f("ix_contacts_party_company_id"), "contacts_party", ["company_id"], unique=False
    )
    op.create_index(
        "ix_contacts_party_created_at_id", "contacts_party", ["created_at", "id"], unique=False
    )
    op.create_index("ix_contacts_party_name_id", "contacts_party", ["name", "id"], unique=False)
    op.create_index(op.f("ix_contacts_party_number"), "contacts_party", ["number"], unique=False)
    op.create_index(
        op.f("ix_contacts_party_owner_id"), "contacts_party", ["owner_id"], unique=False
    )
    op.create_index(
        "ix_contacts_party_updated_at_id", "contacts_party", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "contacts_address",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.String(length=32), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("billing", sa.Boolean(), nullable=False),
        sa.Column("shipping", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("erp_key", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_address_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_address_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_address")),
    )
    op.create_index(op.f("ix_contacts_address_city"), "contacts_address", ["city"], unique=False)
    op.create_index(
        op.f("ix_contacts_address_company_id"), "contacts_address", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_contacts_address_country"), "contacts_address", ["country"], unique=False
    )
    op.create_index(
        op.f("ix_contacts_address_party_id"), "contacts_address", ["party_id"], unique=False
    )
    op.create_table(
        "contacts_contact_point",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_contact_point_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_contact_point_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_contact_point")),
    )
    op.create_index(
        op.f("ix_contacts_contact_point_company_id"),
        "contacts_contact_point",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_contact_point_party_id"),
        "contacts_contact_point",
        ["party_id"],
        unique=False,
    )
    op.create_table(
        "contacts_external_identity",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["core_company.id"],
            name=op.f("fk_contacts_external_identity_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_external_identity_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_external_identity")),
        sa.UniqueConstraint(
            "company_id",
            "system",
            "entity",
            "external_id",
            name=op.f("uq_contacts_external_identity_external_id"),
        ),
    )
    op.create_index(
        op.f("ix_contacts_external_identity_company_id"),
        "contacts_external_identity",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_external_identity_party_id"),
        "contacts_external_identity",
        ["party_id"],
        unique=False,
    )


def _stories() -> None:
    op.create_table(
        "contacts_interaction",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("happened_at", types.UtcDateTime(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_interaction_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_interaction_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_interaction")),
    )
    op.create_index(
        op.f("ix_contacts_interaction_company_id"),
        "contacts_interaction",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_interaction_party_id"), "contacts_interaction", ["party_id"], unique=False
    )
    op.create_table(
        "contacts_party_in_erp",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("said", types.PLAIN, nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_party_in_erp_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_party_in_erp_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_party_in_erp")),
        sa.UniqueConstraint(
            "connection_id",
            "party_id",
            name=op.f("uq_contacts_party_in_erp_connection_id_party_id"),
        ),
    )
    op.create_index(
        op.f("ix_contacts_party_in_erp_company_id"),
        "contacts_party_in_erp",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_party_in_erp_party_id"),
        "contacts_party_in_erp",
        ["party_id"],
        unique=False,
    )
    op.create_table(
        "contacts_party_relation",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("influence", sa.String(length=32), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_party_relation_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["contacts_party.id"], name=op.f("fk_contacts_party_relation_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_party_relation_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_party_relation")),
        sa.UniqueConstraint(
            "party_id",
            "other_id",
            "kind",
            name=op.f("uq_contacts_party_relation_party_id_other_id_kind"),
        ),
    )
    op.create_index(
        op.f("ix_contacts_party_relation_company_id"),
        "contacts_party_relation",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_party_relation_other_id"),
        "contacts_party_relation",
        ["other_id"],
        unique=False,
    )
    op.create_table(
        "contacts_party_role",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_party_role_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_party_role_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_party_role")),
        sa.UniqueConstraint("party_id", "role", name=op.f("uq_contacts_party_role_party_id_role")),
    )
    op.create_index(
        op.f("ix_contacts_party_role_company_id"),
        "contacts_party_role",
        ["company_id"],
        unique=False,
    )
    op.create_table(
        "contacts_timeline_entry",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", types.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("params", types.PLAIN, nullable=False),
        sa.Column("link", sa.String(length=120), nullable=True),
        sa.Column("link_params", types.PLAIN, nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["core_company.id"], name=op.f("fk_contacts_timeline_entry_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["contacts_interaction.id"],
            name=op.f("fk_contacts_timeline_entry_interaction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["contacts_party.id"], name=op.f("fk_contacts_timeline_entry_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_timeline_entry")),
    )
    op.create_index(
        op.f("ix_contacts_timeline_entry_company_id"),
        "contacts_timeline_entry",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        "ix_contacts_timeline_entry_party_id_happened_at",
        "contacts_timeline_entry",
        ["party_id", "happened_at", "id"],
        unique=False,
    )
