"""Alembic, once per module: each has its own folder of revisions and its own version table."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from core.errors import CrmError

if TYPE_CHECKING:
    from alembic.config import Config


class NewerSchema(CrmError):
    """The database was made by a later version of Tandem."""

    code = "db.newer_schema"


def version_table(name: str) -> str:
    return f"schema_version_{name}"


def upgrade(connection: Connection, name: str, package: str, folder: str) -> bool:
    """Run what is missing of ``name``'s revisions in the caller's transaction; True if any was.

    ``package`` and ``folder`` say where the revisions are.
    """
    from alembic import command  # noqa: PLC0415 - 0.7 s of CPU that only migrations should pay
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.script.revision import ResolutionError  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = configuration(str(files(package).joinpath(folder)))
    config.attributes["connection"] = connection
    config.attributes["name"] = name
    versions = MigrationContext.configure(connection, opts={"version_table": version_table(name)})
    before = versions.get_current_revision()
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        raise NewerSchema(
            f"The tables of {name} are at {before}, which this Tandem does not know:"
            " install the version that made them, or a newer one."
        ) from error
    return versions.get_current_revision() != before


def configuration(folder: str) -> Config:
    """Alembic's, for the revisions in ``folder``: no file of its own is read."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.set_main_option("version_locations", folder)
    config.set_main_option("path_separator", "newline")
    return config
