"""Put the host together from settings and what is installed."""

from __future__ import annotations

from core.config import Settings
from core.db import schema
from core.db.database import Database
from core.demo.manifest import with_demo
from core.host import Host
from core.manifest import module as own
from core.registry.registry import Registry, installed_registry

__all__ = ["open_host", "schema"]


def open_host(settings: Settings, registry: Registry | None = None) -> Host:
    """The host on ``settings``' database; ``registry`` defaults to what is installed."""
    if settings.database_url == "":
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    manifest = with_demo(own) if settings.demo_dir else own
    return Host(settings, Database(settings.url), registry or installed_registry(manifest))
