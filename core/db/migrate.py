"""Alembic, once per module: each has its own folder of revisions and its own version table."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Connection


def version_table(name: str) -> str:
    return f"schema_version_{name}"


def upgrade(connection: Connection, name: str, package: str, folder: str) -> bool:
    """Run what is missing of ``name``'s revisions in the caller's transaction; True if any was.

    ``package`` and ``folder`` say where the revisions are.
    """
    from alembic import command  # noqa: PLC0415 - 0.7 s of CPU that only migrations should pay
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.set_main_option("version_locations", str(files(package).joinpath(folder)))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["name"] = name
    before = current(connection, name)
    command.upgrade(config, "head")
    return current(connection, name) != before


def current(connection: Connection, name: str) -> str | None:
    from alembic.migration import MigrationContext  # noqa: PLC0415

    options = {"version_table": version_table(name)}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def head(package: str, folder: str) -> str | None:
    """The newest revision that is installed: a database behind it must be upgraded first."""
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.set_main_option("version_locations", str(files(package).joinpath(folder)))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config).get_current_head()
