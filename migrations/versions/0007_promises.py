"""Connections keep what their test promised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("core_connection", sa.Column("promises", types.PLAIN, nullable=True))
