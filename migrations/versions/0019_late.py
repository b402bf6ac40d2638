"""Writes nobody saw the end of are kept: one carried out late is no change of the ERP's people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0019"
down_revision = "core_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "core_agreed", sa.Column("late", types.PLAIN, nullable=False, server_default="{}")
    )
