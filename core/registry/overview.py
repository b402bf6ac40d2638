"""What people are told of the installed modules: state, needs, and what switching one touches."""

from __future__ import annotations

from dataclasses import dataclass

from core.registry.graph import dependants
from core.registry.manifest import Module
from core.registry.registry import Registry
from core.registry.state import Enabled


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleView:
    name: str
    title: str = ""
    summary: str = ""
    version: str = ""
    enabled: bool = False
    requires: tuple[str, ...] = ()
    #: Enabled modules that can not run without it, directly or through others.
    needed_by: tuple[str, ...] = ()
    #: Why it can not be loaded.
    broken: str | None = None
    #: What comes and goes with it.
    pages: int = 0
    jobs: int = 0
    panels: int = 0


def overview(registry: Registry, enabled: Enabled) -> list[ModuleView]:
    """Every installed module by name, those that can not be loaded with the reason."""
    sound = [module_view(registry, enabled, name) for name in registry.modules]
    broken = [ModuleView(name=name, broken=why) for name, why in registry.found.broken.items()]
    return sorted([*sound, *broken], key=lambda view: view.name)


def module_view(registry: Registry, enabled: Enabled, name: str) -> ModuleView:
    """Raise NotFound when no such module is installed."""
    installed = registry.module(name)
    module = installed.item
    return ModuleView(
        name=name,
        title=module.title,
        summary=module.summary,
        version=installed.version,
        enabled=name in enabled,
        requires=module.requires,
        needed_by=_needed_by(enabled, name),
        pages=len(module.menu),
        jobs=len(module.jobs),
        panels=len(module.panels),
    )


def _needed_by(enabled: Enabled, name: str) -> tuple[str, ...]:
    modules: tuple[Module, ...] = enabled.modules
    return tuple(sorted(dependants(name, {module.name: module.requires for module in modules})))
