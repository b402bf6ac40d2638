"""What writes carry is kept before they leave, so that a lost answer is no change of the ERP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0017"
down_revision = "core_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "core_agreed", sa.Column("carried", types.PLAIN, nullable=False, server_default="{}")
    )
