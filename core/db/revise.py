"""Write the next revision of the host or a module from what its models say.

    python -m core.db.revise contacts 0002_tags "Parties have tags"

Read what it wrote: a rename looks like a drop and an add.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import Connection

from core.db import schema
from core.db.database import Database
from core.db.migrate import configuration, upgrade
from core.manifest import module as own
from core.registry.graph import load_order
from core.registry.registry import Registry, installed_registry


def main() -> None:
    name, slug, message = sys.argv[1:4]
    registry = installed_registry(own)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.sqlite")
        with database.session(writes=True) as session:
            _build(session.connection(), registry)
            _revise(session.connection(), registry, name, (slug, message))
        database.close()


def _build(connection: Connection, registry: Registry) -> None:
    import_module(schema.__name__)
    upgrade(connection, "core", "migrations", "versions")
    order = load_order({name: found.item.requires for name, found in registry.modules.items()})
    for found in (registry.modules[name] for name in order):
        if found.item.migrations:
            upgrade(connection, found.name, found.package, found.item.migrations)


def _revise(connection: Connection, registry: Registry, name: str, text: tuple[str, str]) -> None:
    found = registry.modules.get(name)
    package, inner = (
        ("migrations", "versions")
        if name == "core"
        else (
            registry.modules[name].package,
            (found and found.item.migrations) or "migrations",
        )
    )
    folder = Path(str(files(package).joinpath(inner)))
    folder.mkdir(exist_ok=True)
    config = configuration(str(folder))
    config.set_main_option("file_template", text[0])
    config.attributes["connection"] = connection
    config.attributes["name"] = name
    revision = f"{name}_{text[0].partition('_')[0]}"
    command.revision(config, text[1], autogenerate=True, rev_id=revision, version_path=str(folder))


if __name__ == "__main__":
    main()
