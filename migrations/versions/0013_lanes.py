"""Jobs have a lane, workers serve queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0013"
down_revision = "core_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("core_job", sa.Column("lane", sa.String(length=200), nullable=True))
    op.add_column(
        "core_process", sa.Column("queues", types.PLAIN, nullable=False, server_default="[]")
    )
