"""Orders the ERP has are cancelled and changed by requests; a connection has its own tolerance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A cent, as the column keeps it: SQLite's are whole numbers of its last place.
    cent = "10000" if op.get_bind().dialect.name == "sqlite" else "0.01"
    op.add_column("core_connection", sa.Column("abilities", types.PLAIN, nullable=True))
    op.add_column(
        "core_connection",
        sa.Column("tolerance", types.Precise(), nullable=False, server_default=sa.text(cent)),
    )
    op.add_column(
        "core_connection",
        sa.Column("accepts_at_most_once", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("core_outbox", sa.Column("subject", sa.Uuid(), nullable=True))
    op.add_column(
        "core_outbox", sa.Column("message", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
