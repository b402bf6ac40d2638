"""An address has a name of its own in every ERP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "contacts_0005"
down_revision = "contacts_0004"
branch_labels = None
depends_on = None

#: Of the ERPs that have the party: the one its address came from, or the first.
_WHOSE = """
SELECT address_id, connection_id, erp_key FROM (
    SELECT a.id AS address_id, c.id AS connection_id, a.erp_key, ROW_NUMBER() OVER (
        PARTITION BY a.id ORDER BY CASE WHEN c.name = a.source THEN 0 ELSE 1 END, c.id
    ) AS place
    FROM contacts_address a
    JOIN core_binding b ON b.kind = 'contacts.party' AND b.local_id = a.party_id
    JOIN core_connection c ON c.id = b.connection_id
    WHERE a.erp_key IS NOT NULL AND b.external_id IS NOT NULL
) named
WHERE place = 1
"""


def upgrade() -> None:
    op.create_table(
        "contacts_address_key",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["contacts_address.id"],
            name=op.f("fk_contacts_address_key_address_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["core_connection.id"],
            name=op.f("fk_contacts_address_key_connection_id"),
        ),
        sa.PrimaryKeyConstraint(
            "address_id", "connection_id", name=op.f("pk_contacts_address_key")
        ),
    )
    op.execute(f"INSERT INTO contacts_address_key (address_id, connection_id, key) {_WHOSE}")
    op.drop_column("contacts_address", "erp_key")
