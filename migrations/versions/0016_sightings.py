"""What was read already stands in rows of its own: a mass change made the column grow for ever."""

from __future__ import annotations

from alembic import op

revision = "core_0016"
down_revision = "core_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("core_cursor", "recent")
