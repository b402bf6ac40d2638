"""The installed connectors: apart from the registry, since finding one needs no database."""

from __future__ import annotations

from typing import Any

from core.errors import NotFound
from core.registry.discovery import Found, Impostor, discover
from core.sync.contract import Connector, ConnectorManifest

CONNECTORS = "tandem.connectors"


def installed_connectors() -> Found[Connector[Any]]:
    return discover(CONNECTORS, _connector)


def connector_among(found: Found[Connector[Any]], key: str) -> Connector[Any]:
    """Raise NotFound, saying why it is not there."""
    if key in found.broken:
        raise NotFound(f"The connector {key} is broken: {found.broken[key]}")
    if key not in found.installed:
        raise NotFound(f"There is no connector {key} here. Is its package installed?")
    return found.installed[key].item


def _connector(name: str, loaded: Any) -> Connector[Any]:
    manifest = getattr(loaded, "manifest", None)
    if not isinstance(manifest, ConnectorManifest):
        raise Impostor(f"{loaded!r} has no ConnectorManifest")
    if manifest.key != name:
        raise Impostor(f"the connector calls itself {manifest.key}")
    connector: Connector[Any] = loaded
    return connector
