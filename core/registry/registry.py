"""The installed modules and connectors, and which modules are on right now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.registry.connectors import connector_among, installed_connectors
from core.registry.discovery import Found, Impostor, Installed, discover
from core.registry.graph import load_order
from core.registry.manifest import Module
from core.registry.models import Installation, ModuleState
from core.registry.state import Enabled
from core.sync.contract import Connector

MODULES = "tandem.modules"


class Registry:
    """``enabled`` reads through a cache keyed by the generation of the installation."""

    def __init__(
        self, own: Module, modules: Found[Module], connectors: Found[Connector[Any]]
    ) -> None:
        #: The host's own manifest: always on, never listed among the modules.
        self.own = own
        self.found = modules
        self.connectors = connectors
        self._enabled = Enabled(0, (own,))

    @property
    def modules(self) -> dict[str, Installed[Module]]:
        return self.found.installed

    def module(self, name: str) -> Installed[Module]:
        if name in self.found.broken:
            raise NotFound(f"The module {name} is broken: {self.found.broken[name]}")
        if name not in self.modules:
            raise NotFound(f"There is no module {name} here. Is its package installed?")
        return self.modules[name]

    def connector(self, key: str) -> Connector[Any]:
        return connector_among(self.connectors, key)

    def enabled(self, session: Session, generation: int | None = None) -> Enabled:
        """What is on now; ``generation`` saves the question where the caller has just read it."""
        if generation is None:
            generation = session.scalar(select(Installation.generation)) or 0
        if generation != self._enabled.generation:
            self._enabled = self._read(session, generation)
        return self._enabled

    def _read(self, session: Session, generation: int) -> Enabled:
        on = set(session.scalars(select(ModuleState.name).where(ModuleState.enabled)))
        requires = {
            name: installed.item.requires for name, installed in self.modules.items() if name in on
        }
        # A package that was uninstalled takes what stands on it off the screen, not the host down.
        while missing := {name for name, wants in requires.items() if set(wants) - requires.keys()}:
            requires = {name: wants for name, wants in requires.items() if name not in missing}
        order = load_order(requires)
        return Enabled(generation, (self.own, *(self.modules[name].item for name in order)))


def installed_registry(own: Module) -> Registry:
    """What the installed distributions bring; ``own`` is the host's manifest."""
    return Registry(own, discover(MODULES, _module), installed_connectors())


def _module(name: str, loaded: Any) -> Module:
    if not isinstance(loaded, Module):
        raise Impostor(f"{loaded!r} is not a Module")
    if loaded.name != name:
        raise Impostor(f"the module calls itself {loaded.name}")
    return loaded
