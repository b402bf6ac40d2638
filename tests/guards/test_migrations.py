"""The revisions build what the models say: nobody's database differs from a fresh one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Table

from core.actor import system
from core.db.base import Base
from core.host import Host


def differences(host: Host) -> list[str]:
    with host.read(system()) as work:
        context = MigrationContext.configure(
            work.session.connection(),
            opts={
                "compare_type": True,
                "include_name": owned(host),
                "include_object": meant_for(host),
            },
        )
        found = compare_metadata(context, Base.metadata)
    # What changed a column comes as a list of steps, everything else as one step.
    steps = [step for entry in found for step in (entry if isinstance(entry, list) else [entry])]
    return [f"{step[0]} {' '.join(map(str, step[1:]))}" for step in steps]


def owned(host: Host) -> Callable[[str | None, str, object], bool]:
    """Leaves out what the models do not speak of: version tables, SQLite's search index."""
    prefixes = tuple(f"{name}_" for name in ("core", *host.registry.modules))
    return lambda name, kind, _: kind != "table" or (name or "").startswith(prefixes)


def meant_for(host: Host) -> Callable[[Any, str | None, str, bool, object], bool]:
    """Alembic does not ask an index for which databases it is meant.

    Models of test modules that other tests brought along are nobody's here.
    """
    dialect, ours = host.database.engine.dialect.name, owned(host)

    def included(item: Any, name: str | None, kind: str, reflected: bool, _other: object) -> bool:  # noqa: FBT001 - Alembic's signature
        if not ours(name, kind, None):
            return False
        condition = None if reflected or kind != "index" else item._ddl_if
        return condition is None or condition.dialect == dialect

    return included


def test_the_revisions_build_exactly_the_models(host: Host) -> None:
    assert differences(host) == []


def test_a_table_without_a_revision_is_seen(host: Host) -> None:
    forgotten = Table("core_forgotten", Base.metadata, Column("id", primary_key=True))
    try:
        assert "add_table core_forgotten" in differences(host)
    finally:
        Base.metadata.remove(forgotten)
