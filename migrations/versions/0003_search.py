"""Search: what each record is found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None

# The words come finished: all FTS5 has to do is to split them at spaces. It keeps no positions and
# no lengths, since nobody asks for phrases or ranks.
_FTS = """
CREATE VIRTUAL TABLE fts_search USING fts5(
    words, content='core_search', content_rowid='id',
    tokenize='ascii', detail='none', columnsize=0, prefix='1 2'
)
"""
_GONE = "INSERT INTO fts_search(fts_search, rowid, words) VALUES ('delete', old.id, old.words);"
_COME = "INSERT INTO fts_search(rowid, words) VALUES (new.id, new.words);"
_TRIGGERS = {
    "AFTER INSERT": _COME,
    "AFTER DELETE": _GONE,
    "AFTER UPDATE OF words": _GONE + _COME,
}


def upgrade() -> None:
    op.create_table(
        "core_search",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column(
            "words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_search")),
        sa.UniqueConstraint("record_id", "entity", name=op.f("uq_core_search_record_id_entity")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_FTS)
        for number, (moment, body) in enumerate(_TRIGGERS.items()):
            op.execute(
                f"CREATE TRIGGER core_search_{number} {moment} ON core_search BEGIN {body} END"
            )
    else:
        op.create_index(
            "ix_core_search_words",
            "core_search",
            ["words"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
