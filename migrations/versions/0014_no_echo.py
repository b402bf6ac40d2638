"""What both sides agreed on tells an echo from a change: no table of its own."""

from __future__ import annotations

from alembic import op

revision = "core_0014"
down_revision = "core_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("core_echo")
