"""What the host's own manifest has more while it serves a demo."""

from __future__ import annotations

from dataclasses import replace

from core.demo import pages
from core.registry.manifest import MenuItem, Module
from core.web.i18n import lazy as _


def with_demo(module: Module) -> Module:
    entry = MenuItem(
        title=_("Back office (demo)"),
        endpoint="demo_pages.index",
        permission=pages.PERMISSION,
        icon="building-factory-2",
        order=890,
    )
    return replace(
        module, blueprints=(*module.blueprints, pages.blueprint), menu=(*module.menu, entry)
    )
