"""What an ERP last said of a party is the host's to keep: one base for every merge."""

from __future__ import annotations

from alembic import op

revision = "contacts_0002"
down_revision = "contacts_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is carried over: the next reading of each party agrees on it anew."""
    op.drop_table("contacts_party_in_erp")
