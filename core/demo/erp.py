"""The ERP of a demo, through the manifest of its connector: the host knows none by name."""

from __future__ import annotations

from core.demo.folder import Folder
from core.errors import NotFound
from core.registry.connectors import connector_among, installed_connectors
from core.sync.contract import DemoErp


def demo_erp(folder: Folder, connector: str) -> DemoErp:
    """Raise NotFound for a connector that is not here, or brings no demo."""
    manifest = connector_among(installed_connectors(), connector).manifest
    if manifest.demo is None:
        raise NotFound(f"The connector {connector} brings no ERP for a demo.")
    return manifest.demo(folder.erp)
