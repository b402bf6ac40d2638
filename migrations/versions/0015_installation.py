"""Where the database was opened last, and what holds its connections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "core_0015"
down_revision = "core_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_installation") as table:
        table.add_column(sa.Column("epoch", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("place", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("opened_at", types.UtcDateTime(), nullable=True))
        table.add_column(sa.Column("mark", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("held", sa.Text(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("pushes", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.add_column(sa.Column("copy_of", sa.Uuid(), nullable=True))
    op.add_column(
        "core_connection", sa.Column("held", sa.Text(), nullable=False, server_default="")
    )
