"""Levels know their key in the ERP, so that a sweep can tell which are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "stock_0002"
down_revision = "stock_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_level", sa.Column("external_id", sa.String(length=128), nullable=True))
    op.create_index("ix_stock_level_source_external_id", "stock_level", ["source", "external_id"])
